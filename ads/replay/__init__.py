"""The auction's memory: a sample of what was decided, and what follows from it for the merchant."""
