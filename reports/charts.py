"""Options of charts as plain data; `unit` and `currency` tell the script how to write the numbers."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chengfeng.periods import each_day

from .metrics import value


def by_day(rows: Iterable[Mapping], *, first: date, last: date, currency: str) -> dict:
    """Return the chart of paid GMV by ads and without, stacked, with the spend as a line; a bar for each day."""
    found = {row["day"]: row for row in rows}
    days = list(each_day(first, last))
    return _gmv([date_format(day, "MONTH_DAY_FORMAT") for day in days], [found.get(day, {}) for day in days], currency)


def by_hour(rows: Iterable[Mapping], *, until: int, currency: str) -> dict:
    """Return the same chart with a bar for each hour of one day; hours after `until` are yet to come."""
    found = {row["hour"]: row for row in rows}
    return _gmv([f"{hour}:00" for hour in range(24)], [found.get(hour, {}) for hour in range(until + 1)], currency)


def _gmv(labels: list[str], rows: list[Mapping], currency: str) -> dict:
    def series(code: str) -> list[Decimal]:
        return [value(code, row) for row in rows]

    bar = {"type": "bar", "stack": "gmv", "unit": "money", "barMaxWidth": 28}
    line = {"type": "line", "unit": "money", "symbol": "none", "smooth": 0.25, "yAxisIndex": 1}
    return {
        "currency": currency,
        "legend": {},
        "xAxis": {"type": "category", "data": labels},
        "yAxis": [
            {"type": "value", "unit": "money", "name": _("Paid GMV")},
            {"type": "value", "unit": "money", "name": _("Ad spend"), "splitLine": {"show": False}},
        ],
        "series": [
            {**bar, "name": _("GMV by ads"), "data": series("ad_gmv")},
            {**bar, "name": _("GMV without ads"), "data": series("organic_gmv")},
            {**line, "name": _("Ad spend"), "data": series("spend")},
        ],
    }


def sparkline(numbers: list[Decimal], *, width: int = 120, height: int = 28) -> str:
    """Return the points of a polyline that draws the numbers in a box, zero at its floor."""
    top = max([*numbers, Decimal(0)]) or Decimal(1)
    step = Decimal(width) / max(len(numbers) - 1, 1)
    return " ".join(
        f"{i * step:.1f},{height - 1 - number / top * (height - 2):.1f}" for i, number in enumerate(numbers)
    )


def funnel(steps: list[int], *, width: int = 600, height: int = 96) -> list[dict]:
    """Return a shape for each step, as high as the logarithm of its count, sloping towards the next one's height."""
    highs = [Decimal(step + 1).ln() for step in steps]
    top = max(highs) or Decimal(1)
    tall = [max(high / top * height, Decimal(4)) for high in highs]
    wide = Decimal(width) / len(steps)
    shapes = []
    for i, high in enumerate(tall):
        left, right, onward = i * wide, (i + 1) * wide - 3, (tall[i + 1] if i + 1 < len(tall) else high)
        shapes.append(
            f"{left:.1f},{(height - high) / 2:.1f} {right:.1f},{(height - onward) / 2:.1f} "
            f"{right:.1f},{(height + onward) / 2:.1f} {left:.1f},{(height + high) / 2:.1f}"
        )
    return shapes
