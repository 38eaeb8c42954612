"""Identity: which person a device belongs to, since when, and what becomes of it when the person wants to be forgotten."""
