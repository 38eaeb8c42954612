"""Which ad a sale is owed to: the rules, their application to orders and refunds, and their explanation."""

from .explaining import Candidate, Trail, explain
from .recording import SoldLine, converting, record_refund
from .restating import STANDS, Key, restate
from .rules import DEFAULT, RULES, Rule, Share, Touch, credit

__all__ = [
    "DEFAULT",
    "RULES",
    "STANDS",
    "Candidate",
    "Key",
    "Rule",
    "Share",
    "SoldLine",
    "Touch",
    "Trail",
    "converting",
    "credit",
    "explain",
    "record_refund",
    "restate",
]
