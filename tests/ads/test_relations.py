"""The rules over tables: what is left of what was sold, and how large amounts are spread, case by case."""

import ibis
import pytest

from ads.attribution import PRESETS, relations
from ads.attribution.rules import State
from tests.measurement.comparing import arrow
from tests.measurement.histories import DAY, HOUR, MOST, ROWS, START, Cancelled, Event, Line, Paid, Refund, Rows

SAM = "5a" * 16
PLACED, PAID = State.PLACED, State.PAID


def line(value: int = 1000, *, unit: int = 1) -> Line:
    return Line(START, 1, "ord_1", 1, "CNY", unit, SAM, 1, 10, "", None, "", 1, value)


def paid(hours: int) -> Paid:
    return Paid(START + hours * HOUR, 1, "ord_1", 1, True, True)


def cancelled(hours: int) -> Cancelled:
    return Cancelled(START + hours * HOUR, "ord_1", 1)


def refund(hours: int, amount: int) -> Refund:
    return Refund(START + hours * HOUR, hours, 1, "ord_1", 1, amount, 1)


def click(days: int) -> Event:
    at = START - days * DAY
    return Event(at, at, f"{days:032x}", "click", 1, 1, 1, 1, 1, None, None, "feed", SAM, True)


def sold(rows: Rows, state: State) -> tuple[ibis.BaseBackend, ibis.Table]:
    connection = ibis.duckdb.connect()
    for name in ROWS:
        connection.con.register(name, arrow(rows, name))
    names = ("lines", "paid", "settled", "cancelled", "refunds", "links")
    return connection, relations.sales(*(connection.table(name) for name in names), state)


def versions(rows: Rows, state: State) -> list[tuple]:
    """Return (hours after it was placed, what is left, what changed), in order."""
    connection, versions = sold(rows, state)
    found = connection.to_pyarrow(versions.order_by("step")).to_pylist()
    return [((each["at"] - START) // HOUR, each["net"], each["change"]) for each in found]


def credited(rows: Rows, rule) -> list[int]:
    """Return the amounts of the touches of a line, the earliest first."""
    connection, versions = sold(rows, rule.state)
    touches = relations.resolve(*(connection.table(name) for name in ("events", "judgements", "links", "goods")))
    found = relations.credit(touches, versions, rule).order_by("touched")
    return connection.to_pyarrow(found)["amount"].to_pylist()


def test_an_order_that_is_cancelled_unpaid_loses_what_was_placed():
    rows = Rows(lines=[line()], cancelled=[cancelled(2)])
    assert versions(rows, PLACED) == [(0, 1000, 1000), (2, 0, -1000)]
    assert versions(rows, PAID) == []


def test_what_was_cancelled_after_the_instant_is_not_known_then():
    rows = Rows(lines=[line()], cancelled=[cancelled(2)])
    assert versions(rows.known_at(START + 2 * HOUR - 1), PLACED) == [(0, 1000, 1000)]
    assert versions(rows.known_at(START + 2 * HOUR), PLACED) == [(0, 1000, 1000), (2, 0, -1000)]


def test_an_order_that_is_paid_after_all_has_it_again():
    rows = Rows(lines=[line()], cancelled=[cancelled(1)], paid=[paid(3)], refunds=[refund(4, 300)])
    assert versions(rows, PLACED) == [(0, 1000, 1000), (1, 0, -1000), (3, 1000, 1000), (4, 700, -300)]
    assert versions(rows, PAID) == [(3, 1000, 1000), (4, 700, -300)]
    rows.paid = [paid(1)]
    assert versions(rows, PLACED) == [(0, 1000, 1000), (4, 700, -300)]


@pytest.mark.parametrize("state", [PLACED, PAID])
def test_an_order_that_is_cancelled_when_paid_loses_what_is_refunded_and_that_once(state):
    rows = Rows(lines=[line()], paid=[paid(0)], cancelled=[cancelled(2)], refunds=[refund(1, 400), refund(3, 600)])
    assert versions(rows, state) == [(0, 1000, 1000), (1, 600, -400), (3, 0, -600)]


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        (13_699_999_999, [4_566_666_666, 9_133_333_333]),
        (MOST - 1, [333_333_333_333_333_333, 666_666_666_666_666_666]),
        (MOST - 100, [333_333_333_333_333_300, 666_666_666_666_666_600]),
        (MOST - 200, [333_333_333_333_333_300, 666_666_666_666_666_500]),
    ],
)
def test_the_largest_amounts_are_spread_to_the_last_unit(value, parts):
    rows = Rows(lines=[line(value, unit=100)], paid=[paid(0)], events=[click(7), click(0)])
    assert credited(rows, PRESETS["decay_7d"]) == parts
