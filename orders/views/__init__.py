"""The pages of the orders room."""
