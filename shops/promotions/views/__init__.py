"""Pages of promotions: the merchant's, the operator's and the shopper's."""
