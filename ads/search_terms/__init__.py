"""Search terms: what shoppers searched for when ads were shown."""

from .naming import number

__all__ = ["number"]
