"""Paths: what channels did to journeys as a whole; descriptive, never causal."""
