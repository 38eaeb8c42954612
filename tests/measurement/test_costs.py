"""What goods cost goes with what is credited of them: nothing is lost between touches, nothing is left of a refund."""

import random
from collections import defaultdict
from dataclasses import replace

import ibis
import pytest

from ads.attribution import PRESETS, Rule, relations
from reports.engines.compiling import compiled

from .comparing import Told, arrow
from .histories import ROWS, Rows, histories, together

SPREADING = ["last_click_7d", "linear_7d", "position_7d", "decay_7d", "gmvmax_all_orders"]
NAMES = ("lines", "paid", "settled", "cancelled", "refunds", "links")


@pytest.fixture(scope="module")
def lived() -> dict[Rule, Rows]:
    return {PRESETS[name]: _with_costs(PRESETS[name]) for name in SPREADING}


def _with_costs(rule: Rule) -> Rows:
    """Return many histories, in which most goods have cost something."""
    draw = random.Random(11)
    rows = together(histories(7, 150, rule), draw)
    return replace(
        rows, lines=[line._replace(cost=draw.choice([None, 0, 1, line.value // 3, 10**12])) for line in rows.lines]
    )


def tables(connection, rows: Rows):
    for name in ROWS:
        connection.con.register(name, arrow(rows, name))
    return connection.table


def told(connection, expression) -> list[dict]:
    return connection.con.sql(compiled(expression, "duckdb")).to_arrow_table().to_pylist()


def asked(table, rule: Rule) -> tuple:
    sold = relations.sales(*(table(name) for name in NAMES), rule.state)
    touches = relations.resolve(*(table(name) for name in ("events", "judgements", "links", "goods")))
    return sold, relations.credit(touches, sold, rule).select("line", "step", "token", "kind", "amount", "cost")


def test_the_parts_of_a_cost_are_the_whole(lived):
    for rule, rows in lived.items():
        connection = ibis.duckdb.connect()
        sold, parts = (told(connection, each) for each in asked(tables(connection, rows), rule))
        left = {(each["line"], each["step"]): (each["net"], each["cost_left"]) for each in sold}
        value = {each["line"]: each["value"] for each in sold}
        cost = {line.line: line.cost for line in rows.lines}
        so_far, of_touch = defaultdict(int), defaultdict(int)
        for each in sorted(parts, key=lambda one: one["step"]):
            assert (each["cost"] is None) == (cost[each["line"]] is None)
            so_far[each["line"]] += each["cost"] or 0
            of_touch[each["line"], each["token"], each["kind"]] += each["cost"] or 0
        last = {line: max(step for found, step in left if found == line) for line in so_far}
        for line, step in last.items():
            net, cost_left = left[line, step]
            assert so_far[line] == (cost_left or 0)
            if value[line] and cost[line]:
                assert abs(cost_left - cost[line] * net / value[line]) <= 1 + cost[line] * 1e-12
        gone = {line for line, step in last.items() if left[line, step][0] == 0 and value[line]}
        assert gone and not any(part for (line, *_), part in of_touch.items() if line in gone)


@pytest.mark.django_db
def test_postgresql_spreads_costs_as_duckdb_does(lived):
    rule = PRESETS["decay_7d"]
    connection = ibis.duckdb.connect()
    _, expected = asked(tables(connection, lived[rule]), rule)
    engine = Told(lived[rule])
    found = engine.run(asked(engine.table, rule)[1])
    assert _set(found.to_pylist()) == _set(told(connection, expected))


def _set(rows: list[dict]) -> set[tuple]:
    return {tuple(row.values()) for row in rows}
