"""Console pages of the catalogue."""
