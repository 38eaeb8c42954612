"""Products, variants and stock, and how a whole catalogue is brought in."""
