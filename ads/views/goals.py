"""Goals as people read them: what was reached beside the target, with a mark."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from ..models import Campaign
from ..performance import Goal, Result, goal_of

FEWEST_ORDERS = 10  # on fewer, chance alone moves an average by a third


class Mark(TextChoices):
    """How a result stands to its target."""

    MET = "met", _("on target")
    BELOW = "below", _("below target")
    ABOVE = "above", _("above target")
    FEW = "few", _("too few orders")


@dataclass(frozen=True, slots=True)
class Reached:
    """A goal with its mark; `ratio` is how much of it was reached, 1 being all, and None while nothing was."""

    goal: Goal
    mark: Mark

    @property
    def ratio(self) -> Decimal | None:
        if not self.goal.actual or not self.goal.target:
            return None
        part = self.goal.actual / self.goal.target
        return part if self.goal.is_roi else 1 / part


def reached(campaign: Campaign, result: Result) -> Reached | None:
    """Return how far a campaign has come to its goal; None where it has none."""
    goal = goal_of(campaign, result)
    return goal and Reached(goal, _mark(goal, result.orders))


def _mark(goal: Goal, orders: int) -> Mark:
    if goal.actual is None or orders < FEWEST_ORDERS:
        return Mark.FEW
    if goal.is_met:
        return Mark.MET
    return Mark.BELOW if goal.is_roi else Mark.ABOVE
