"""Deadlines: what nobody does in time happens by itself, as of the instant it fell due."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef

from chengfeng import clock
from chengfeng.models import Job

from ..fulfilment import deliver
from ..models import Order
from ..moves import OrderState
from . import giving
from .deciding import allow, give_back, lock
from .models import Case
from .moves import OPEN, CaseState, Side, move

LIMIT = 500


def run(job: Job, report: Callable) -> dict:
    """The recurring job `after_sale_deadlines`."""
    now = clock.now()
    return {"cases": act_due(at=now), "received": receive_due(at=now)}


def act_due(*, at: datetime, limit: int = LIMIT) -> int:
    """Move up to `limit` cases on that fell due by `at`; return how many moved."""
    due = Case.objects.filter(due_at__lte=at).order_by("due_at", "pk")
    return sum(act(case, at=at) for case in due[:limit])


def act(case: Case, *, at: datetime) -> bool:
    """Move one case on as of when it fell due, and carry out what follows; False when somebody acted meanwhile."""
    with transaction.atomic():
        case = lock(case)
        if case.due_at is None or case.due_at > at:
            return False
        NEXT[case.state](case, side=Side.CLOCK, at=case.due_at)
    giving.carry_out(case, at=at)
    return True


def _lapse(case: Case, **step) -> None:
    move(case, CaseState.LAPSED, **step)


def _dismiss(case: Case, **step) -> None:
    move(case, CaseState.DISMISSED, **step)


NEXT: dict[str, Callable] = {
    CaseState.REQUESTED: allow,
    CaseState.OFFERED: _lapse,
    CaseState.ACCEPTED: _lapse,
    CaseState.SENT_BACK: give_back,
    CaseState.RECEIVED: give_back,
    CaseState.REJECTED: _dismiss,
}


def receive_due(*, at: datetime, limit: int = LIMIT) -> int:
    """Count up to `limit` orders as received whose last parcel left long enough ago, unless a case is open."""
    waiting = Exists(Case.objects.filter(order=OuterRef("pk"), state__in=OPEN))
    due = Order.objects.filter(~waiting, state=OrderState.SHIPPED, shipped_at__lte=at - settings.RECEIVED_AFTER)
    return sum(_received(order) for order in due.order_by("shipped_at", "pk")[:limit])


@transaction.atomic
def _received(order: Order) -> bool:
    """Deliver an order as of when that was due, or as of when the last case that held it up was closed."""
    order = Order.objects.select_for_update(of=("self",), no_key=True).get(pk=order.pk)
    if order.state != OrderState.SHIPPED or order.cases.filter(state__in=OPEN).exists():
        return False
    closed = order.cases.aggregate(last=Max("closed_at"))["last"]
    due = order.shipped_at + settings.RECEIVED_AFTER
    deliver(order, at=max(due, closed or due))
    return True
