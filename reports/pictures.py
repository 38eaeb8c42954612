"""An answer as a picture: lines over the calendar, bars and dots for whatever else comes first."""

from collections.abc import Sequence

from django.utils.formats import date_format

from chengfeng.periods import each_day

from .measuring.asking import NOTHING, Result, Row
from .measuring.dimensions import CALENDAR
from .measuring.measures import MEASURES
from .metrics import Unit
from .tables import written

MOST_BARS = 12
MOST_SERIES = 3
TELLING = ("spend", "gmv", "all_gmv", "direct_gmv", "halo_gmv")  # what is drawn before anything else
BESIDES = ("roi", "ad_share", "orders", "customers")  # by a measure of its own
LOOKS = {
    "bar": {"barMaxWidth": 28}, "line": {"symbol": "none", "smooth": 0.25}, "scatter": {"symbolSize": 10},
}  # fmt: skip
NARROW = {"interval": 0, "width": 76, "overflow": "break", "height": 40, "lineOverflow": "truncate"}  # labels
UNITS = {Unit.MONEY: "money", Unit.PERCENT: "percent"}


def picture(result: Result) -> dict | None:
    """Return the options of a chart, or None where there is nothing to draw."""
    codes = result.definition.dimensions
    if not codes or not result.rows:
        return None
    if codes[0] in CALENDAR or codes[0] in ("hour", "weekday"):
        return _drawn(result, _in_time(result) if len(codes) == 1 else [], "line")
    return _drawn(result, result.rows[:MOST_BARS], "bar")


def _in_time(result: Result) -> list[Row]:
    """Return the rows in the order of time; days of which nothing is to be told are drawn as such, not left out."""
    found = {row.keys[0]: row for row in result.rows}
    if result.definition.dimensions != ("day",):
        return [found[key] for key in sorted(found)]
    return [found.get(day) or Row((day,), NOTHING) for day in each_day(result.days.first, result.days.last)]


def _drawn(result: Result, rows: Sequence[Row], kind: str) -> dict | None:
    if not rows:
        return None
    alike, other = drawn(result.measures, result.definition.sort.lstrip("-"))
    first = MEASURES[alike[0]].unit
    series = [_series(code, rows, kind, 0) for code in alike]
    axes = [{"type": "value", "unit": UNITS.get(first, "")}]
    if other:
        series.append(_series(other, rows, "line" if kind == "line" else "scatter", 1))
        axes.append({"type": "value", "unit": UNITS.get(MEASURES[other].unit, ""), "splitLine": {"show": False}})
    return {
        "currency": result.currency, "legend": {}, "xAxis": _columns(result, rows), "yAxis": axes, "series": series,
    }  # fmt: skip


def drawn(measures: Sequence[str], sort: str = "") -> tuple[list[str], str | None]:
    """Return which measures share an axis, and one that has an axis of its own, or None.

    The measure that rows are sorted by comes first, then spend and sales, of which a merchant asks before all else.
    """
    sums = [code for code in TELLING if code in measures] or list(measures)
    first = sort if sort in measures else sums[0]
    unit = MEASURES[first].unit
    same = [code for code in measures if MEASURES[code].unit == unit]
    alike = list(dict.fromkeys([first, *([code for code in TELLING if code in same] or same)]))[:MOST_SERIES]
    others = [code for code in (*BESIDES, *measures) if code in measures and MEASURES[code].unit != unit]
    return alike, next(iter(others), None)


def _columns(result: Result, rows: Sequence[Row]) -> dict:
    """Return the axis below the columns; what is too long for its place is broken, and days go without their year."""
    codes = result.definition.dimensions
    labels = [" · ".join(_label(c, key) for c, key in zip(codes, row.keys, strict=True)) for row in rows]
    return {"type": "category", "data": labels, "axisLabel": {} if codes[0] in CALENDAR else NARROW}


def _label(code: str, key) -> str:
    return date_format(key, "MONTH_DAY_FORMAT") if code in ("day", "week") else written(code, key)


def _series(code: str, rows: Sequence[Row], kind: str, axis: int) -> dict:
    look = {"type": kind} | LOOKS[kind]
    unit = UNITS.get(MEASURES[code].unit, "")
    return {
        **look, "name": str(MEASURES[code].label), "unit": unit, "yAxisIndex": axis, "data": [row[code] for row in rows]
    }  # fmt: skip
