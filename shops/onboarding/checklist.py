"""The checklist of a brand: eight steps in their order, each reached once, most of them by facts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ..people.models import Merchant, User
from .models import Brand, StepDone
from .steps import DUE_AFTER, Step


def reach(merchant: Merchant, step: Step, *, at: datetime, by: User | None = None, fact: str = "") -> bool:
    """Tick a step of the merchant's checklist; return whether it was open until now.

    `fact` is the code of the row that ticked it. Costs nothing once this process knows the step to be done, safe to
    call twice and at once; call it late in the transaction. A merchant without a brand keeps its steps just as well.
    """
    name = (merchant.code, step)
    if name in reached:
        return False
    defaults = {"at": at, "by": by, "fact": fact}
    is_new = StepDone.objects.get_or_create(merchant=merchant, step=step, defaults=defaults)[1]
    transaction.on_commit(lambda: reached.add(name))
    return is_new


reached: set[tuple[str, Step]] = set()  # what this process has seen committed: no step is ever open again


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a brand's checklist as it stands."""

    step: Step
    due_at: datetime
    done: StepDone | None
    is_late: bool

    @property
    def label(self) -> str:
        return self.step.label

    @property
    def state(self) -> str:
        return "done" if self.done else "late" if self.is_late else "open"


def lines(brand: Brand, done: Iterable[StepDone], *, at: datetime) -> list[Line]:
    """Return the eight lines of a brand's checklist in their order; open ones are late once their time is over."""
    by_step = {row.step: row for row in done}
    due = {step: brand.opened_at + DUE_AFTER[step] for step in Step}
    return [Line(step, due[step], by_step.get(step), step not in by_step and due[step] <= at) for step in Step]
