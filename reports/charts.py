"""Options of charts as plain data; `unit` and `currency` tell the script how to write the numbers."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengfeng.periods import each_day

from .metrics import by_clock, value


def by_day(
    rows: Iterable[Mapping],
    *,
    first: date,
    last: date,
    provisional: date,
    clock: str,
    currency: str,
    is_campaign: bool = False,
) -> dict:
    """Return the chart of GMV by ads and beside it, stacked, with the spend as a line; a bar for each day.

    Days from `provisional` on are drawn apart. Beside GMV by ads stands what came without; by the clock of the touch,
    which sales without ads have not, and for a campaign it is what was bought of other products than the ads showed.
    """
    found = {row["day"]: row for row in rows}
    days = list(each_day(first, last))
    labels = [date_format(day, "MONTH_DAY_FORMAT") for day in days]
    chart = _gmv(
        labels, [found.get(day, {}) for day in days], currency, clock, OF_ADS if is_campaign else STACKS[clock]
    )
    if days[-1] >= provisional:
        chart["series"][0]["markArea"] = shaded(_("Provisional"), max((provisional - first).days, 0), len(days) - 1)
    return chart


def shaded(name: str | Promise, start: int, end: int) -> dict:
    """Return what shades the columns from one place to another, and says why."""
    shade = {"color": "rgba(128, 128, 128, 0.12)"}
    area = [{"xAxis": start, "name": str(name)}, {"xAxis": end}]
    return {"silent": True, "itemStyle": shade, "label": {"position": "insideTop"}, "data": [area]}


def by_hour(rows: Iterable[Mapping], *, until: int, currency: str) -> dict:
    """Return the chart of a day with a bar for each hour, by the clock of the order; later hours are yet to come."""
    found = {row["hour"]: row for row in rows}
    hours = [found.get(hour, {}) for hour in range(until + 1)]
    return _gmv([f"{hour}:00" for hour in range(24)], hours, currency, "order", STACKS["order"])


OF_ADS = {"ad_direct_gmv": _("GMV by ads, same product"), "halo_gmv": _("GMV by ads, other products")}
OF_SHOP = {"ad_gmv": _("GMV by ads"), "organic_gmv": _("GMV without ads")}
STACKS = {"order": OF_SHOP, "touch": OF_ADS, "settle": OF_SHOP}


def _gmv(labels: list[str], rows: list[Mapping], currency: str, clock: str, stack: Mapping) -> dict:
    def series(code: str) -> list[Decimal]:
        return [value(code, row) for row in rows]

    bar = {"type": "bar", "stack": "gmv", "unit": "money", "barMaxWidth": 28}
    line = {"type": "line", "unit": "money", "symbol": "none", "smooth": 0.25, "yAxisIndex": 1}
    return {
        "currency": currency,
        "legend": {},
        "xAxis": {"type": "category", "data": labels},
        "yAxis": [
            {"type": "value", "unit": "money", "name": str(_("GMV"))},
            {"type": "value", "unit": "money", "name": str(_("Ad spend")), "splitLine": {"show": False}},
        ],
        "series": [
            *({**bar, "name": str(name), "data": series(by_clock(code, clock))} for code, name in stack.items()),
            {**line, "name": str(_("Ad spend")), "data": series("spend")},
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
