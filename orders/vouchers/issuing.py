"""Issuing vouchers: one per unit of a service, in the transaction that makes its order paid."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import BigIntegerField, F, QuerySet

from chengfeng import sql
from chengfeng.periods import local_date, midnight
from chengfeng.prepared import Given, Prepared

from ..models import Order, OrderLine, Payment
from .numbers import new_number


def lines_of(payment: Payment) -> Mapping[int, Sequence[OrderLine]]:
    """Return the lines of a payment's orders by the orders' keys, by one query; `issue` is told what they promise."""
    found: dict[int, list[OrderLine]] = {}
    for line in _lines(payment=payment.pk):
        found.setdefault(line.order_id, []).append(line)
    return found


@Prepared
def _lines() -> QuerySet[OrderLine]:
    lines = OrderLine.objects.filter(order__payment_shares__payment=Given("payment", BigIntegerField())).order_by("pk")
    return lines.annotate(is_service=F("product__is_service"), voucher_days=F("product__voucher_days"))


def issue(order: Order, lines: Iterable[OrderLine], *, at: datetime) -> None:
    """Issue the vouchers of an order with these `lines_of` it; one statement where there are services, else none."""
    units = [(line, position) for line in lines if line.is_service for position in range(1, line.quantity + 1)]
    while units:
        done = _insert(order, units, at=at)
        units = [(line, position) for line, position in units if (line.pk, position) not in done]


def expires_at(order: Order, days: int, *, at: datetime) -> datetime:
    """Return the end of the merchant's day that many days after `at`."""
    zone = order.merchant.time_zone
    return midnight(local_date(at, zone) + timedelta(days=days + 1), zone)


def _insert(order: Order, units: Sequence[tuple[OrderLine, int]], *, at: datetime) -> set[tuple[int, int]]:
    """Write vouchers under new numbers; return which, as (line key, position): not those whose number was taken."""
    params = {
        "merchant": order.merchant_id, "order": order.pk, "at": at,
        "numbers": [new_number() for _ in units],
        "lines": [line.pk for line, _ in units],
        "positions": [position for _, position in units],
        "ends": [expires_at(order, line.voucher_days, at=at) for line, _ in units],
    }  # fmt: skip
    return set(sql.rows(INSERT, params))


INSERT = """
INSERT INTO orders_voucher (number, merchant_id, order_id, line_id, position, state, issued_at, expires_at)
SELECT n.number, %(merchant)s, %(order)s, n.line, n.position, 'valid', %(at)s, n.ends
FROM unnest(%(numbers)s::text[], %(lines)s::bigint[], %(positions)s::int[], %(ends)s::timestamptz[])
    AS n (number, line, position, ends)
ON CONFLICT (number) DO NOTHING RETURNING line_id, position
"""
