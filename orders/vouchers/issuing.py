"""Issuing vouchers: one per unit of a service, in the transaction that makes its order paid."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Prefetch

from chengfeng.periods import local_date, midnight

from ..models import Order, OrderLine
from .numbers import new_number

LINES = Prefetch(
    "lines",
    OrderLine.objects.annotate(is_service=F("product__is_service"), voucher_days=F("product__voucher_days")),
)  # how `issue` wants an order's lines loaded


def issue(order: Order, *, at: datetime) -> None:
    """Issue the vouchers of an order (its `LINES` loaded); one statement where it has services, none otherwise."""
    units = [
        (line, position) for line in order.lines.all() if line.is_service for position in range(1, line.quantity + 1)
    ]
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
    with connection.cursor() as cursor:
        cursor.execute(INSERT, params)
        return set(cursor.fetchall())


INSERT = """
INSERT INTO orders_voucher (number, merchant_id, order_id, line_id, position, state, issued_at, expires_at)
SELECT n.number, %(merchant)s, %(order)s, n.line, n.position, 'valid', %(at)s, n.ends
FROM unnest(%(numbers)s::text[], %(lines)s::bigint[], %(positions)s::int[], %(ends)s::timestamptz[])
    AS n (number, line, position, ends)
ON CONFLICT (number) DO NOTHING RETURNING line_id, position
"""
