"""Bringing a brand from first contact to its first sale."""
