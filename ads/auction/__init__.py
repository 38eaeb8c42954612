"""The auction: which ads a page shows, in which order, at which price; decided in memory, without a database row."""

from .decide import decide
from .index import Index
from .outcomes import Empty, Outcome
from .page import Decision, Page, PageDecision, Request, Traced, Winner
from .refresh import current, frequency, is_spent, is_stale, state
from .tracing import Lineup, line_up

__all__ = [
    "Decision",
    "Empty",
    "Index",
    "Lineup",
    "Outcome",
    "Page",
    "PageDecision",
    "Request",
    "Traced",
    "Winner",
    "current",
    "decide",
    "frequency",
    "is_spent",
    "is_stale",
    "line_up",
    "state",
]
