"""Questions to the history: which measures, by which dimensions, under which rule, on which clock, of which days."""
