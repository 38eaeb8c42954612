"""The auction: which ads a page shows, in which order, at which price; decided in memory, without a database row."""

from .decide import Decision, Request, Winner, decide
from .index import Index
from .refresh import current, is_stale

__all__ = ["Decision", "Index", "Request", "Winner", "current", "decide", "is_stale"]
