"""How far the numbers of a period are to be trusted: what is complete, what may change still, and by which rule."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ads.attribution import DEFAULT

from .sources import LATENESS

PROVISIONAL = timedelta(days=8)  # a click may be followed by a sale for seven days
FINAL = timedelta(days=31)
REFUNDED = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Finality:
    """Every row up to `complete_through` is there; the numbers are provisional until a day, and final after another.

    Refunds may follow until `refunds_final_after`, which only changes what is counted net by the day of the sale.
    """

    complete_through: datetime
    provisional_until: date
    final_after: date
    refunds_final_after: date
    rule: str
    rule_version: str

    def is_provisional(self, today: date) -> bool:
        return today < self.provisional_until


def of(last: date, *, at: datetime) -> Finality:
    """Return how far numbers of days up to `last` are to be trusted at a moment."""
    return Finality(at - LATENESS, last + PROVISIONAL, last + FINAL, last + REFUNDED, DEFAULT.name, DEFAULT.version)


def provisional_from(today: date) -> date:
    """Return the first day whose numbers are provisional today."""
    return today - PROVISIONAL + timedelta(days=1)
