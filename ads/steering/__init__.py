"""Steering: moves what campaigns bid, or how often they take part, towards their budgets and targets, and says why."""

from .starting import initial

__all__ = ["initial"]
