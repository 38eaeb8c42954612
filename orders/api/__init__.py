"""The orders room for programs: a shopper's client, a merchant's system."""
