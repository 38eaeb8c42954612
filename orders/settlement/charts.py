"""Charts of settlement, as options for ECharts."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chengfeng.periods import each_day

LEAST_DAYS = 7


def coming_by_day(days: Mapping[date, tuple[int, Decimal]], *, today: date, currency: str) -> dict:
    """Return the chart of the money that falls due by day, from today on."""
    last = max([*days, today + timedelta(days=LEAST_DAYS)])
    shown = list(each_day(today, last))
    return {
        "currency": currency,
        "xAxis": {"type": "category", "data": [date_format(day, "MONTH_DAY_FORMAT") for day in shown]},
        "yAxis": {"type": "value", "unit": "money"},
        "grid": {"left": 8, "right": 8, "top": 16, "bottom": 8, "containLabel": True},
        "series": [
            {
                "name": _("Falls due"), "type": "bar", "unit": "money", "barMaxWidth": 28,
                "data": [float(days[day][1]) if day in days else 0 for day in shown],
            }
        ],
    }  # fmt: skip
