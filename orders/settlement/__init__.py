"""Settlement: what orders have earned, statements of it, and payouts to merchants."""
