"""Reconciliation: what two places say of the same money, day by day, with every difference named."""
