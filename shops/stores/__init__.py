"""Stores: where services are had, and when."""
