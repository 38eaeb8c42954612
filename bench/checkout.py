"""Buying over HTTP: orders placed and paid, against the same rows written in bare transactions.

It is measured among ten thousand orders of the past, and then among a million: it must not become slower by them.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from itertools import cycle, islice

from chengfeng import ledger
from chengfeng.models import Account

from . import bare_orders, orders_by_row, sold
from .bare_orders import Books, WriteOne
from .filling import merchants, variants
from .result import Result, alternate
from .shopping import buying
from .stage import Stage

MERCHANTS, VARIANTS, ORDERS, PEOPLE, ROUNDS = 10, 20, 200, 8, 3
FEW, MANY = 10_000, 1_000_000  # orders of the past


def run(stage: Stage) -> Result:
    at, traffic = stage.now(), []
    shops = merchants(MERCHANTS, at=at)
    shelves = [variants(shop, VARIANTS, stock=10_000, at=at) for shop in shops]
    shelf = cycle([variant for row in zip(*shelves, strict=True) for variant in row])
    books = Books(
        outside=ledger.account(Account.Kind.OUTSIDE, currency="CNY").pk,
        sales={s.pk: ledger.account(Account.Kind.SALES, owner=s.code, currency="CNY").pk for s in shops},
    )

    def ours() -> float:
        traffic.append(site.drive([buying(variant) for variant in islice(shelf, ORDERS)], people=PEOPLE))
        return traffic[-1].rate(201, step=1)

    def by_hand(write_one: WriteOne) -> Callable[[], float]:
        def theirs() -> float:
            begun = time.perf_counter()
            bare_orders.write(connections, list(islice(shelf, ORDERS)), books, at=stage.now(), write_one=write_one)
            return ORDERS / (time.perf_counter() - begun)

        return theirs

    def measured(existing: int) -> tuple[float, float]:
        """Return our rate and the yardstick's when there are that many orders of the past."""
        stage.say(f"writing {existing} orders of the past")
        sold.write(existing - sold.number(), until=at, length=timedelta(days=365), besides=sold.PAYMENTS)
        sold.vacuum()
        site.drive([buying(variant) for variant in islice(shelf, ORDERS)], people=PEOPLE)
        return alternate(ours, by_hand(bare_orders.write_one), rounds=ROUNDS)

    with ExitStack() as stack:
        site = stack.enter_context(stage.web())
        connections = [stack.enter_context(stage.connect()) for _ in range(PEOPLE)]
        for connection in connections:
            connection.autocommit = True
        value, yardstick = measured(FEW)
        among_few = traffic[-1]
        by_row = by_hand(orders_by_row.write_one)()
        value_among_many, yardstick_among_many = measured(MANY)
    return Result(
        bench="checkout", value=value, unit="orders/s", higher_is_better=True,
        yardstick="the same rows in bare transactions, one statement each", yardstick_value=yardstick,
        sizes={
            "by_row_orders_per_s": by_row, "ratio_to_by_row": value / by_row,
            "growth": value / value_among_many, "yardstick_growth": yardstick / yardstick_among_many,
            "growth_beside_yardstick": value / yardstick * yardstick_among_many / value_among_many,
            "from_orders": FEW, "to_orders": MANY, "orders_per_s_among_many": value_among_many,
            "ratio_among_many": value_among_many / yardstick_among_many,
            "checkout_p50_ms": among_few.ms(50), "checkout_p99_ms": among_few.ms(99),
            "payment_p50_ms": among_few.ms(50, steps=[1]), "payment_p99_ms": among_few.ms(99, steps=[1]),
            "orders": ORDERS, "people": PEOPLE, "merchants": MERCHANTS, "variants": VARIANTS * MERCHANTS,
            "rounds": ROUNDS,
        },
    )  # fmt: skip
