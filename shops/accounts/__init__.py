"""Accounts: coming in, leaving, registering, and being sent to one's place."""
