"""The pages of cases: the shopper's, the shop's, the platform's."""
