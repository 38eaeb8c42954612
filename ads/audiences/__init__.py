"""Audiences: what shoppers did, who is in which audience by that, and who wants no part of it."""
