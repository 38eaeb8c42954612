"""Delivery: what it costs to send goods where."""
