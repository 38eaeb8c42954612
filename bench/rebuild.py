"""Facts of 25 merchants over 90 days rebuilt from raw rows, against counting and summing the same rows."""

import time
from datetime import timedelta

from django.db import connection

from reports import facts

from . import history
from .history import Past
from .result import Result, alternate
from .stage import Stage

MERCHANTS, DAYS, ORDERS, EVENTS, ROUNDS = 25, 90, 15, 50, 3
SCANS = {
    "ads_event": "sum(price)",
    "ads_charge": "sum(amount)",
    "ads_credit": "sum(amount)",
    "orders_order": "sum(total)",
    "orders_orderline": "sum(quantity)",
    "orders_paymentshare": "sum(amount)",
}


def run(stage: Stage) -> Result:
    today = stage.now().replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=DAYS)
    shops = history.advertisers(MERCHANTS, at=first)
    history.write(Past(start=first, days=DAYS, orders=ORDERS, events=EVENTS))
    history.analyze()
    pairs = [(shop, first.date() + timedelta(days=n)) for shop in shops for n in range(DAYS)]
    rows = _scan()
    stage.say(f"{rows:,} raw rows")

    def ours() -> float:
        begun = time.perf_counter()
        facts.rebuild_days(pairs, at=today)
        return rows / (time.perf_counter() - begun)

    def theirs() -> float:
        begun = time.perf_counter()
        return _scan() / (time.perf_counter() - begun)

    value, yardstick = alternate(ours, theirs, rounds=ROUNDS)
    return Result(
        bench="rebuild", value=value, unit="raw rows/s", higher_is_better=True,
        yardstick="count and sum over the same rows", yardstick_value=yardstick,
        sizes={
            "seconds": rows / value, "raw_rows": rows, "merchants": MERCHANTS, "days": DAYS,
            "orders": MERCHANTS * DAYS * ORDERS, "events": MERCHANTS * DAYS * EVENTS, "rounds": ROUNDS,
        },
    )  # fmt: skip


def _scan() -> int:
    """Count and sum every raw table; return how many rows there were."""
    with connection.cursor() as cursor:
        return sum(_count(cursor, f"SELECT count(*), {added} FROM {table}") for table, added in SCANS.items())


def _count(cursor, statement: str) -> int:
    cursor.execute(statement)
    return cursor.fetchone()[0]
