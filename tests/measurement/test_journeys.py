"""Journeys of random histories, as the expression finds them and as a slow reading of the words does."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import duckdb
import ibis
import pyarrow as pa
import pytest

from reports.measuring.local import micros
from reports.paths.journeys import paths
from reports.paths.question import BETWEEN, MOST_STEPS

START, HOUR = datetime(2026, 3, 1, tzinfo=UTC), timedelta(hours=1)
SINCE, UNTIL, WINDOW = START + 200 * HOUR, START + 400 * HOUR, 24 * HOUR
TOUCHES = {"person": "string", "happened": "int64", "token": "string", "kind": "string", "channel": "string"}
ORDERS = {"person": "string", "sold": "int64", "conversions": "int64", "value": "int64"}


def lives(random: Random) -> tuple[list[dict], list[dict]]:
    """Return touches and orders of people, a few of whom are never left alone.

    All is on whole hours, so that much happens at one instant or just a window apart.
    """
    touches, orders = [], []
    for person in map(str, range(300)):
        for number in range(random.choice([0, 1, 3, 9, 60]) if int(person) > 5 else 1000):
            happened = micros(START + random.randrange(500) * HOUR)
            channel = random.choice(["", "a", "b", "c", "d"])
            token = f"{person}-{number}"
            touches.append(dict(zip(TOUCHES, (person, happened, token, "click", channel), strict=True)))
        for sold in random.sample(range(500), random.choice([0, 0, 1, 4]) if int(person) > 5 else 4):
            orders.append(dict(zip(ORDERS, (person, micros(START + sold * HOUR), 1, 7 * sold), strict=True)))
    return touches, orders


def told(touches: list[dict], orders: list[dict], *, is_collapsed: bool) -> dict[str, Counter]:
    """Return the sums by path, found by living through each life."""
    sums: dict[str, Counter] = {}
    for person in {each["person"] for each in [*touches, *orders]}:
        moments = [(t["happened"], 0, t["token"], t) for t in touches if t["person"] == person]
        moments += [(o["sold"], 1, "", o) for o in orders if o["person"] == person]
        moments = sorted((each for each in moments if each[0] < micros(UNTIL)), key=lambda each: each[:3])
        met: list[dict] = []
        for place, (at, is_order, _, what) in enumerate(moments):
            if not is_order:
                met.append(what)
                if place + 1 < len(moments) and moments[place + 1][0] - at <= WINDOW / timedelta(microseconds=1):
                    continue
            _end(sums, met, at, what if is_order else None, is_collapsed)
            met = []
    return sums


def _end(sums: dict[str, Counter], met: list[dict], at: int, order: dict | None, is_collapsed: bool) -> None:
    width = int(WINDOW / timedelta(microseconds=1))
    closed = at if order else at + width
    if closed < micros(SINCE):
        return
    if closed >= micros(UNTIL):
        sums.setdefault("", Counter())["open"] += 1
        return
    path = [each["channel"] for each in met if at - each["happened"] <= width]
    if is_collapsed:
        path = [step for place, step in enumerate(path) if place == 0 or path[place - 1] != step]
    found = sums.setdefault("".join(step + BETWEEN for step in path[-MOST_STEPS:]), Counter())
    found["longer"] += len(path) > MOST_STEPS
    found.update({"conversions": 1, "value": order["value"]} if order else {"nulls": 1})


@pytest.mark.parametrize("is_collapsed", [True, False])
def test_random_journeys_are_those_of_a_slow_reading(is_collapsed):
    touches, orders = lives(Random(7))
    database = duckdb.connect()
    database.register("touches", pa.Table.from_pylist(touches))
    database.register("orders", pa.Table.from_pylist(orders))
    expression = paths(
        ibis.table(TOUCHES, name="touches"), ibis.table(ORDERS, name="orders"), window=WINDOW, since=SINCE,
        until=UNTIL, is_collapsed=is_collapsed,
    )  # fmt: skip
    rows = database.sql(str(ibis.to_sql(expression, dialect="duckdb"))).to_arrow_table().to_pylist()
    found = {row.pop("path"): Counter(row) for row in rows}
    expected = told(touches, orders, is_collapsed=is_collapsed)
    assert found == expected
    sums = sum(expected.values(), Counter())
    assert min(sums[name] for name in ("conversions", "nulls", "open")) > 50
    assert sums["longer"] > 0
