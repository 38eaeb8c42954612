"""Which ad a sale is owed to: the rules, their application to orders and refunds, and their explanation."""

from .claiming import CLAIMED
from .explaining import Candidate, Trail, Verdict, Why, explain, sale_of
from .meeting import Sale, Sold
from .posting import SoldLine, bring_up_to_date, converting, record_refund
from .presets import DEFAULT, PRESETS
from .restating import Key, credit_late, restate
from .rules import Rule, Share, Touch, credit
from .standing import STANDS, WITHDRAWN

__all__ = [
    "CLAIMED",
    "DEFAULT",
    "PRESETS",
    "STANDS",
    "WITHDRAWN",
    "Candidate",
    "Key",
    "Rule",
    "Sale",
    "Share",
    "Sold",
    "SoldLine",
    "Touch",
    "Trail",
    "Verdict",
    "Why",
    "bring_up_to_date",
    "converting",
    "credit",
    "credit_late",
    "explain",
    "record_refund",
    "restate",
    "sale_of",
]
