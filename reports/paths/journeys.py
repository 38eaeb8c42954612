"""Journeys as one expression that every engine computes alike: whom ads touched, in what order, and what came of it.

A journey of a person at a shop ends with an order, or when nothing follows a touch for as long as the window; its path
is the touches of the window before that end, none of them from before the person's order before. So whoever did not
buy is there as well, and every touch belongs to one journey at most.
"""

from datetime import datetime, timedelta

import ibis
from ibis import Table
from ibis.expr.types import IntegerValue, StringValue, Value

from ..measuring.local import MICROSECOND, micros
from .question import BETWEEN, MOST_STEPS


def channel_of(touches: Table, code: str) -> StringValue:
    """Return the channel of touches as text: an id for campaigns, empty where there is none."""
    column = touches["t_brand" if code == "brand" else code]
    return column.cast("string").fill_null("")


def orders_of(versions: Table, *, is_net: bool) -> Table:
    """Return when persons bought: how many orders at a moment, and what they were worth – net of refunds, or not."""
    counted = versions if is_net else versions.filter(versions.step == 0)
    return counted.group_by("person", "sold").aggregate(
        conversions=counted.orders.nunique().cast("int64"), value=counted.change.sum().cast("int64")
    )


def paths(
    touches: Table, orders: Table, *, window: timedelta, since: datetime, until: datetime, is_collapsed: bool
) -> Table:
    """Return the paths of the journeys that closed from `since` until before `until`, each once.

    `touches` are (person, happened, token, kind, channel), of one shop. Columns: path, conversions, value (of these,
    in ten-thousandths), nulls – journeys that no order ended –, longer – journeys whose first touches were left out –,
    and open – journeys that had not closed by then, which are not among the others. The path of orders that no touch
    led to, and of what is open, is empty.
    """
    width = window // MICROSECOND
    rows = _together(touches, orders, micros(until))
    rows = _ended(rows, width)
    if is_collapsed:
        rows = _without_repeats(rows)
    return _gathered(rows, width, micros(since), micros(until))


def _together(touches: Table, orders: Table, until: int) -> Table:
    """Return touches and orders as rows of one table; of one instant, the order comes after the touch."""
    nothing, number = ibis.literal("", "string"), ibis.literal(0, "int64")
    touched = touches.select(
        "person", "token", "kind", "channel", at="happened", is_sale=number, conversions=number, value=number
    )
    bought = orders.select(
        "person", "conversions", "value", at="sold", is_sale=ibis.literal(1, "int64"), token=nothing, kind=nothing,
        channel=nothing,
    )  # fmt: skip
    rows = touched.union(bought.select(touched.columns))
    return rows.filter(rows.at < until)


def _ended(rows: Table, width: int) -> Table:
    """Return the rows with the number of their journey and when it ended, without touches from before its window."""
    line = ibis.window(group_by=rows.person, order_by=[rows.at, rows.is_sale, rows.token, rows.kind])
    after = rows.at.lead().over(line)
    is_end = (rows.is_sale == 1) | after.isnull() | (after - rows.at > width)
    rows = rows.mutate(is_end=_one(is_end))
    until_now = ibis.cumulative_window(group_by=rows.person, order_by=[rows.at, rows.is_sale, rows.token, rows.kind])
    rows = rows.mutate(journey=(rows.is_end.sum().over(until_now) - rows.is_end).cast("int64"))
    whole = ibis.window(group_by=[rows.person, rows.journey])
    rows = rows.mutate(end=rows.at.max().over(whole))
    return rows.filter(rows.end - rows.at <= width)


def _without_repeats(rows: Table) -> Table:
    """Leave out touches that follow one of the same channel."""
    journey = ibis.window(group_by=[rows.person, rows.journey], order_by=[rows.is_sale, rows.at, rows.token, rows.kind])
    rows = rows.mutate(before=rows.channel.lag().over(journey))
    return rows.filter((rows.is_sale == 1) | rows.before.isnull() | (rows.before != rows.channel)).drop("before")


def _gathered(rows: Table, width: int, since: int, until: int) -> Table:
    """Return journeys by their paths."""
    backwards = ibis.window(
        group_by=[rows.person, rows.journey],
        order_by=[rows.is_sale, rows.at.desc(), rows.token.desc(), rows.kind.desc()],
    )
    rows = rows.mutate(place=ibis.row_number().over(backwards).cast("int64"))
    steps = {f"step_{place}": _step(rows, place) for place in range(MOST_STEPS)}
    journeys = rows.group_by("person", "journey").aggregate(
        **steps, end=rows.end.max(), bought=rows.is_sale.max(), conversions=rows.conversions.sum(),
        value=rows.value.sum(), number=_one(rows.is_sale == 0).sum(),
    )  # fmt: skip
    closed = ibis.cases((journeys.bought == 1, journeys.end), else_=journeys.end + width)
    journeys = journeys.mutate(is_open=_one(closed >= until), closed=closed)
    journeys = journeys.filter(journeys.closed >= since)
    joined = ibis.cases((journeys.is_open == 1, ""), else_=_path(journeys))
    journeys = journeys.mutate(path=joined, is_null=(1 - journeys.bought) * (1 - journeys.is_open))
    longer = _one(journeys.number > MOST_STEPS) * (1 - journeys.is_open)
    sums = {
        "conversions": journeys.conversions.sum(), "value": journeys.value.sum(), "nulls": journeys.is_null.sum(),
        "longer": longer.sum(), "open": journeys.is_open.sum(),
    }  # fmt: skip
    return journeys.group_by("path").aggregate(**{name: each.cast("int64") for name, each in sums.items()})


def _step(rows: Table, place: int) -> Value:
    """Return the channel of the touch that stands so far from the end."""
    is_there = (rows.place == place) & (rows.is_sale == 0)
    return ibis.cases((is_there, rows.channel), else_=ibis.null("string")).max()


def _path(journeys: Table) -> StringValue:
    """Return the steps as one text, each followed by what stands between steps, the earliest first."""
    told = [journeys[f"step_{place}"] + BETWEEN for place in reversed(range(MOST_STEPS))]
    path = told[0].fill_null("")
    for each in told[1:]:
        path = path + each.fill_null("")
    return path


def _one(condition: Value) -> IntegerValue:
    return ibis.cases((condition, ibis.literal(1, "int64")), else_=ibis.literal(0, "int64"))
