"""Merchants, people and rights, catalogue, stock, content, storefront and key-account onboarding."""
