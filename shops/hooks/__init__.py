"""Webhooks of a merchant: endpoints, the events they are told of, and the log of every attempt."""
