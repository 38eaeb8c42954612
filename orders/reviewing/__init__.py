"""Reviewing what has come: which lines of her orders a shopper may review, on a page and by program."""
