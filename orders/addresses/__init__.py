"""Addresses of shoppers: written, checked and kept country by country."""
