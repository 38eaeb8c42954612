"""Notes: posts that tag products."""
