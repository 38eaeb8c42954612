"""An answer as a picture: lines over the calendar, bars and dots for whatever else comes first."""

from collections.abc import Sequence

from .measuring.asking import Result, Row
from .measuring.dimensions import CALENDAR
from .measuring.measures import MEASURES
from .metrics import Unit
from .tables import written

MOST_BARS = 12
MOST_SERIES = 3
LOOKS = {
    "bar": {"barMaxWidth": 28}, "line": {"symbol": "none", "smooth": 0.25}, "scatter": {"symbolSize": 10},
}  # fmt: skip
UNITS = {Unit.MONEY: "money", Unit.PERCENT: "percent"}


def picture(result: Result) -> dict | None:
    """Return the options of a chart, or None where there is nothing to draw."""
    codes = result.definition.dimensions
    if not codes or not result.rows:
        return None
    if codes[0] in CALENDAR or codes[0] in ("hour", "weekday"):
        return _drawn(result, sorted(result.rows, key=lambda row: row.keys[0]) if len(codes) == 1 else [], "line")
    return _drawn(result, result.rows[:MOST_BARS], "bar")


def _drawn(result: Result, rows: Sequence[Row], kind: str) -> dict | None:
    if not rows:
        return None
    first = MEASURES[result.measures[0]].unit
    alike = [code for code in result.measures if MEASURES[code].unit == first][:MOST_SERIES]
    other = next((code for code in result.measures if MEASURES[code].unit != first), None)
    codes = result.definition.dimensions
    labels = [" · ".join(written(c, key) for c, key in zip(codes, row.keys, strict=True)) for row in rows]
    series = [_series(code, rows, kind, 0) for code in alike]
    axes = [{"type": "value", "unit": UNITS.get(first, "")}]
    if other:
        series.append(_series(other, rows, "line" if kind == "line" else "scatter", 1))
        axes.append({"type": "value", "unit": UNITS.get(MEASURES[other].unit, ""), "splitLine": {"show": False}})
    return {
        "currency": result.currency, "legend": {}, "xAxis": {"type": "category", "data": labels}, "yAxis": axes,
        "series": series,
    }  # fmt: skip


def _series(code: str, rows: Sequence[Row], kind: str, axis: int) -> dict:
    look = {"type": kind} | LOOKS[kind]
    unit = UNITS.get(MEASURES[code].unit, "")
    return {
        **look, "name": str(MEASURES[code].label), "unit": unit, "yAxisIndex": axis, "data": [row[code] for row in rows]
    }  # fmt: skip
