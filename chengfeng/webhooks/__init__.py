"""Outgoing webhooks: one signed message to one address that a guard has judged, and what was answered."""
