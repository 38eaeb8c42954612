"""Which events count: every rule against invalid traffic as data, judgements at once and later, and appeals."""

from .history import Click, History
from .reasons import FREE, INVALID, Reason
from .rules import CLICK_LIFE, CLOCK_SKEW, FASTEST_CLICK, RESCORED, RULES, TOKEN_LIFE, Rule, When
from .visitor import Visitor

__all__ = [
    "CLICK_LIFE",
    "CLOCK_SKEW",
    "FASTEST_CLICK",
    "FREE",
    "INVALID",
    "RESCORED",
    "RULES",
    "TOKEN_LIFE",
    "Click",
    "History",
    "Reason",
    "Rule",
    "Visitor",
    "When",
]
