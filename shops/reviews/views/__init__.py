"""Pages of reviews: the merchant's and the operator's."""
