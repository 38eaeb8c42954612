"""Pages of vouchers: the shopper's, and the store's."""
