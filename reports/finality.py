"""How far the numbers of a period are to be trusted: what is complete, what may change still, and by which rule.

This is told the same wherever numbers are: in the cockpit, of a campaign, in reports and their runs, and over the API.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ads.attribution import DEFAULT
from ads.attribution.rules import Rule

from .sources import LATENESS

DAY = timedelta(days=1)
FINAL = timedelta(days=31)
REFUNDED = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Finality:
    """Every row up to `complete_through` is there; the numbers are provisional until a day, and final after another.

    Until the first a touch may still be followed by a sale that is credited to it. Refunds may follow until
    `refunds_final_after`, which only changes what is counted net by the day of the sale.
    """

    complete_through: datetime
    provisional_until: date
    final_after: date
    refunds_final_after: date
    rule: str
    rule_version: str

    def is_provisional(self, today: date) -> bool:
        return today < self.provisional_until


def of(last: date, *, at: datetime, rule: Rule = DEFAULT) -> Finality:
    """Return how far numbers of days up to `last`, as a moment knows them, are to be trusted by a rule."""
    provisional = provisional_for(rule)
    final = max(FINAL, provisional)
    return Finality(
        at - LATENESS, last + provisional, last + final, last + max(REFUNDED, final), rule.name, rule.version
    )


def provisional_for(rule: Rule) -> timedelta:
    """Return how long after a day its numbers may grow: the widest window of the rule, in whole days, and a day."""
    return -(-rule.window // DAY) * DAY + DAY


def provisional_from(today: date, rule: Rule = DEFAULT) -> date:
    """Return the first day whose numbers are provisional today."""
    return today - provisional_for(rule) + DAY
