"""Statements: what was due to a merchant, what came to it and what was paid out, in a week of its own.

A statement is closed once its period is over and never changes; what is written for the period later stands on the
next one. Until then the current period is summed up live.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min, Q, Sum

from chengfeng import clock, sql
from chengfeng.codes import new_code
from chengfeng.jobs import Report
from chengfeng.models import Job
from chengfeng.money import ZERO
from chengfeng.periods import local_date, midnight
from shops.models import Merchant
from shops.tenancy import own

from . import payable
from .models import Payout, PayoutReturn, Settlement, Statement

CLAWBACK = Settlement.Kind.CLAWBACK


@dataclass(frozen=True, slots=True)
class Current:
    """The period that is not closed yet, with the sums that a statement has."""

    merchant: Merchant
    currency: str
    first: date
    last: date
    opening: Decimal
    settled: Decimal
    clawed_back: Decimal
    paid_out: Decimal
    returned: Decimal
    orders: int
    code: str = "current"
    number: int | None = None
    closed_at: datetime | None = None

    @property
    def closing(self) -> Decimal:
        return self.opening + self.settled + self.clawed_back - self.paid_out + self.returned


def period_of(day: date) -> tuple[date, date]:
    """Return the first and last day of the period that holds a day: its week from Monday on, or its month."""
    if settings.STATEMENTS == "monthly":
        first = day.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    first = day - timedelta(days=day.weekday())
    return first, first + timedelta(days=6)


def current(merchant: Merchant, *, currency: str, at: datetime) -> Current:
    """Sum up what no statement holds yet; its `closing` is what is due to the merchant now."""
    before = latest(merchant, currency=currency)
    settled = _open(Settlement, merchant, currency).aggregate(
        settled=Sum("net", filter=~Q(kind=CLAWBACK), default=ZERO),
        clawed_back=Sum("net", filter=Q(kind=CLAWBACK), default=ZERO),
        orders=Count("pk"),
    )
    paid = _open(Payout, merchant, currency).filter(transfer__isnull=False).aggregate(sum=Sum("amount", default=ZERO))
    back = _open_returns(merchant, currency).aggregate(sum=Sum("payout__amount", default=ZERO))
    first, last = period_of(local_date(at, merchant.time_zone))
    if before:
        first = before.last + timedelta(days=1)
    return Current(
        merchant, currency, first, max(first, last), before.closing if before else ZERO, paid_out=paid["sum"],
        returned=back["sum"], **settled,
    )  # fmt: skip


def latest(merchant: Merchant, *, currency: str) -> Statement | None:
    """Return the merchant's last statement in that currency."""
    return own(Statement, merchant).filter(currency=currency).order_by("-number").first()


def _open(model: type, merchant: Merchant, currency: str):
    return own(model, merchant).filter(currency=currency, statement=None)


def _open_returns(merchant: Merchant, currency: str):
    return own(PayoutReturn, merchant).filter(payout__currency=currency, statement=None)


def run(job: Job, report: Report) -> dict:
    """Close the statements of periods that are over; the job kind `close_statements`."""
    return {"statements": close_due(at=clock.now())}


def close_due(*, at: datetime) -> int:
    """Close every statement whose period is over by then and that has anything to state; return how many."""
    return sum(_close_all(merchant, currency, at=at) for merchant, currency in _with_something_open(at))


def _with_something_open(at: datetime) -> Iterable[tuple[Merchant, str]]:
    open_ = Settlement.objects.filter(statement=None, settled_at__lt=at).values_list("merchant", "currency")
    paid = Payout.objects.filter(statement=None, sent_at__lt=at).values_list("merchant", "currency")
    back = PayoutReturn.objects.filter(statement=None, returned_at__lt=at).values_list("merchant", "payout__currency")
    pairs = sorted({*open_.distinct(), *paid.distinct(), *back.distinct()})
    merchants = Merchant.objects.in_bulk({pk for pk, _ in pairs})
    return [(merchants[pk], currency) for pk, currency in pairs]


def _close_all(merchant: Merchant, currency: str, *, at: datetime) -> int:
    closed = 0
    while close_next(merchant, currency=currency, at=at):
        closed += 1
    return closed


@transaction.atomic
def close_next(merchant: Merchant, *, currency: str, at: datetime) -> Statement | None:
    """Close the merchant's earliest open period if it is over; None when there is nothing to close."""
    payable.hold_still([merchant.pk])
    before = latest(merchant, currency=currency)
    since = _earliest(merchant, currency)
    if since is None:
        return None
    first, last = period_of(local_date(since, merchant.time_zone))
    if before and first <= before.last:
        first, last = before.last + timedelta(days=1), max(last, period_of(before.last + timedelta(days=1))[1])
    if midnight(last + timedelta(days=1), merchant.time_zone) > at:
        return None
    return _write(merchant, currency, first, last, before, at=at)


def _earliest(merchant: Merchant, currency: str) -> datetime | None:
    """Return when the first thing happened that stands on no statement yet."""
    times = [
        _open(Settlement, merchant, currency).aggregate(at=Min("settled_at")),
        _open(Payout, merchant, currency).aggregate(at=Min("sent_at")),
        _open_returns(merchant, currency).aggregate(at=Min("returned_at")),
    ]
    return min((found["at"] for found in times if found["at"]), default=None)


def _write(
    merchant: Merchant, currency: str, first: date, last: date, before: Statement | None, *, at: datetime
) -> Statement:
    params = {
        "code": new_code("stm"), "merchant": merchant.pk, "currency": currency, "first": first, "last": last,
        "number": before.number + 1 if before else 1, "opening": before.closing if before else ZERO, "at": at,
        "end": midnight(last + timedelta(days=1), merchant.time_zone),
    }  # fmt: skip
    (params["id"],) = sql.row("SELECT nextval(pg_get_serial_sequence('orders_statement', 'id'))")
    return Statement.objects.raw(CLOSE, params)[0]


CLOSE = """
WITH settled AS (
    UPDATE orders_settlement SET statement_id = %(id)s
    WHERE merchant_id = %(merchant)s AND currency = %(currency)s AND statement_id IS NULL AND settled_at < %(end)s
    RETURNING kind, net
), paid AS (
    UPDATE orders_payout SET statement_id = %(id)s
    WHERE merchant_id = %(merchant)s AND currency = %(currency)s AND statement_id IS NULL AND sent_at < %(end)s
    RETURNING amount
), back AS (
    UPDATE orders_payoutreturn r SET statement_id = %(id)s FROM orders_payout p
    WHERE p.id = r.payout_id AND r.merchant_id = %(merchant)s AND p.currency = %(currency)s
        AND r.statement_id IS NULL AND r.returned_at < %(end)s
    RETURNING p.amount
), sums AS (
    SELECT coalesce((SELECT sum(net) FROM settled WHERE kind <> 'clawback'), 0) AS settled,
        coalesce((SELECT sum(net) FROM settled WHERE kind = 'clawback'), 0) AS clawed_back,
        coalesce((SELECT sum(amount) FROM paid), 0) AS paid_out,
        coalesce((SELECT sum(amount) FROM back), 0) AS returned,
        (SELECT count(*) FROM settled) AS orders
)
INSERT INTO orders_statement (id, code, merchant_id, currency, number, first, last, opening, settled, clawed_back,
    paid_out, returned, closing, orders, closed_at)
SELECT %(id)s, %(code)s, %(merchant)s, %(currency)s, %(number)s, %(first)s, %(last)s, %(opening)s, settled,
    clawed_back, paid_out, returned, %(opening)s + settled + clawed_back - paid_out + returned, orders, %(at)s
FROM sums RETURNING *
"""
