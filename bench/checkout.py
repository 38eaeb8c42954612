"""Buying over HTTP: orders placed and paid, against the same rows written in bare transactions."""

import time
from contextlib import ExitStack
from itertools import cycle, islice

from chengfeng import ledger
from chengfeng.models import Account

from . import bare_orders
from .bare_orders import Books
from .filling import merchants, variants
from .result import Result, alternate
from .shopping import buying
from .stage import Stage

MERCHANTS, VARIANTS, ORDERS, PEOPLE, ROUNDS = 10, 20, 200, 8, 3


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

    def theirs() -> float:
        begun = time.perf_counter()
        bare_orders.write(connections, list(islice(shelf, ORDERS)), books, at=stage.now())
        return ORDERS / (time.perf_counter() - begun)

    with ExitStack() as stack:
        site = stack.enter_context(stage.web())
        connections = [stack.enter_context(stage.connect()) for _ in range(PEOPLE)]
        for connection in connections:
            connection.autocommit = True
        site.drive([buying(variant) for variant in islice(shelf, ORDERS // 10)], people=PEOPLE)
        value, yardstick = alternate(ours, theirs, rounds=ROUNDS)
    return Result(
        bench="checkout", value=value, unit="orders/s", higher_is_better=True,
        yardstick="the same rows in bare transactions", yardstick_value=yardstick,
        sizes={
            "checkout_p50_ms": traffic[-1].ms(50), "checkout_p99_ms": traffic[-1].ms(99),
            "payment_p50_ms": traffic[-1].ms(50, steps=[1]), "payment_p99_ms": traffic[-1].ms(99, steps=[1]),
            "orders": ORDERS, "people": PEOPLE, "merchants": MERCHANTS, "variants": VARIANTS * MERCHANTS,
            "rounds": ROUNDS,
        },
    )  # fmt: skip
