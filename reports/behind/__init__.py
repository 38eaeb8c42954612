"""The rows behind a number of a report: what was added up, or counted, and nothing else."""
