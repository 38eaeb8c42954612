"""Giving vouchers back: by the shopper at any time before they are used, by themselves when they have expired."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from chengfeng import clock, jobs, outbox
from chengfeng.models import Job

from .. import refunds
from ..models import Order, OrderLine, Refund
from .bookings import drop
from .models import Voucher

LIMIT = 500


class NotValid(Exception):
    """The voucher has been used, or its money was given back before."""


@transaction.atomic
def give_back(voucher: Voucher, *, at: datetime) -> list[Refund]:
    """Refund an unused voucher at its shopper's wish; return the refunds, to be carried out. Raises NotValid."""
    order = _locked(voucher.order_id)
    if not _void([voucher.pk], Voucher.State.REFUNDED, at=at):
        raise NotValid
    return _refund(order, {voucher.line: 1}, reason="voucher_given_back", at=at)


def run(job: Job, report: Callable) -> dict:
    """The recurring job `expire_vouchers`."""
    return {"expired": expire_due(at=clock.now())}


def expire_due(*, at: datetime, limit: int = LIMIT) -> int:
    """Refund what expired unused by `at`, of up to `limit` orders; return how many vouchers those were."""
    due = Voucher.objects.filter(state=Voucher.State.VALID, expires_at__lte=at)
    orders = due.order_by("order").values_list("order", flat=True).distinct()[:limit]
    return sum(expire(order, at=at) for order in orders)


@transaction.atomic
def expire(order: int, *, at: datetime) -> int:
    """Refund the expired vouchers of one order as of when they expired; return how many there were."""
    locked = _locked(order)
    due = Voucher.objects.filter(order=locked, state=Voucher.State.VALID, expires_at__lte=at)
    since = due.aggregate(last=Max("expires_at"))["last"]
    units: dict[OrderLine, int] = {}
    for voucher in due.select_related("line").order_by("pk"):
        units[voucher.line] = units.get(voucher.line, 0) + 1
    if not units:
        return 0
    number = _void(list(due.values_list("pk", flat=True)), Voucher.State.EXPIRED, at=since)
    _refund(locked, units, reason="voucher_expired", at=since)
    jobs.enqueue("reconcile_payments", at=at)
    outbox.publish("voucher.expired", key=f"{locked.code}:{since:%Y%m%d}", payload={"order": locked.code}, at=at)
    return number


def _locked(order: int) -> Order:
    return Order.objects.select_for_update(of=("self",), no_key=True).get(pk=order)


def _void(keys: list[int], state: Voucher.State, *, at: datetime) -> int:
    voided = Voucher.objects.filter(pk__in=keys, state=Voucher.State.VALID).update(state=state, voided_at=at)
    drop(keys, at=at)
    return voided


def _refund(order: Order, units: dict[OrderLine, int], *, reason: str, at: datetime) -> list[Refund]:
    wishes = [refunds.Wish(line.code, number, unshipped=number) for line, number in units.items()]
    return refunds.request(order, wishes=wishes, reason=reason, at=at)
