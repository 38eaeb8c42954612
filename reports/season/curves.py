"""The curves of a season beside last year's: paid GMV by day, and by hour of the day on which the sale opens."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chengfeng import sql
from chengfeng.money import ZERO
from chengfeng.periods import each_day
from shops.models import Merchant

from ..charts import shaded
from ..measuring.periods import Days
from ..sources import PAID
from .choosing import Asked
from .turnover import NOW, YEAR, Period
from .windows import WINDOWS, windows

HOURS = f"""
    SELECT w.period, extract(hour FROM o.paid_at AT TIME ZONE z.time_zone)::int AS hour,
        {PAID.measures["paid_gmv"]} AS paid_gmv
    FROM {WINDOWS} JOIN shops_merchant z ON z.id = w.merchant_id
    JOIN orders_order o ON o.merchant_id = w.merchant_id AND o.paid_at >= w.start AND o.paid_at < w.until GROUP BY 1, 2
"""


def by_day(asked: Asked, periods: Mapping[str, Period]) -> dict:
    """Return the chart of the days; those of last year stand where they are as far from the last day."""
    days = list(each_day(asked.days.first, asked.days.last))
    now, year = (series(asked, periods[name].days, is_last_year=name == YEAR) for name in (NOW, YEAR))
    chart = _drawn(asked.currency, [date_format(day, "MONTH_DAY_FORMAT") for day in days], now, year)
    spend = series(asked, periods[NOW].days, code="spend")
    chart["yAxis"].append({"type": "value", "unit": "money", "name": _("Ad spend"), "splitLine": {"show": False}})
    chart["series"].append(
        {"type": "line", "unit": "money", "symbol": "none", "yAxisIndex": 1, "name": _("Ad spend"), "data": spend}
    )
    if asked.opening > asked.days.first:
        chart["series"][0]["markArea"] = shaded(_("Presale"), 0, (asked.opening - asked.days.first).days - 1)
    return chart


def series(
    asked: Asked, days: Mapping[date, Mapping], *, is_last_year: bool = False, code: str = "paid_gmv"
) -> list[Decimal | None]:
    """Return a number of every day of the season; None where the day is yet to come, or last year has none so early."""
    known, back = asked.so_far, timedelta()
    if is_last_year:
        known, back = asked.year_so_far, asked.year.last - asked.days.last
    shifted = [day + back for day in each_day(asked.days.first, asked.days.last)]
    return [
        days.get(day, {}).get(code, ZERO) if known and known.first <= day <= known.last else None for day in shifted
    ]


def by_hour(merchants: Sequence[Merchant], asked: Asked) -> dict:
    """Return the chart of the opening day, hour by hour of each merchant's clock, beside that of last year.

    It is empty where nothing was paid on either.
    """
    now, year = hours(merchants, asked)
    return _drawn(asked.currency, [f"{hour}:00" for hour in range(24)], now, year) if any((*now, *year)) else {}


def hours(merchants: Sequence[Merchant], asked: Asked) -> tuple[list[Decimal | None], list[Decimal]]:
    """Return what was paid in every hour of the opening day, and of that of last year; None where it is yet to come."""
    periods = {name: Days(day, day) for name, day in ((NOW, asked.opening), (YEAR, asked.last_opening))}
    chosen = [merchant for merchant in merchants if merchant.currency == asked.currency]
    found = {(period, hour): gmv for period, hour, gmv in sql.rows(HOURS, windows(chosen, periods))}
    now, year = ([found.get((name, hour), ZERO) for hour in range(24)] for name in (NOW, YEAR))
    return (now if asked.opening <= asked.today else [None] * 24), year


def _drawn(currency: str, labels: list[str], now: list, year: list) -> dict:
    """Return bars of this year with the line of the last one, which is left out where it has nothing."""
    bars = {"type": "bar", "unit": "money", "barMaxWidth": 28, "name": _("This year"), "data": now}
    line = {"type": "line", "unit": "money", "symbolSize": 5, "name": _("Last year"), "data": year}
    return {
        "currency": currency,
        "legend": {},
        "xAxis": {"type": "category", "data": labels},
        "yAxis": [{"type": "value", "unit": "money", "name": _("Paid GMV")}],
        "series": [bars, line] if any(year) else [bars],
    }
