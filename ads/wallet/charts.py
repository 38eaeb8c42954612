"""The chart of a wallet, as options for ECharts."""

from collections.abc import Mapping
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .days import Day


def chart_of_course(days: Mapping[date, Day], currency: str) -> dict:
    """Return the chart of what ads cost by day (bars) and of cash and grants at its end (lines)."""
    return {
        "currency": currency,
        "legend": {},
        "xAxis": {"type": "category", "data": [date_format(day, "MONTH_DAY_FORMAT") for day in days]},
        "yAxis": [
            {"type": "value", "unit": "money", "name": _("Spend"), "nameTextStyle": {"align": "left"}},
            {
                "type": "value", "unit": "money", "name": _("Balance"), "nameTextStyle": {"align": "right"},
                "splitLine": {"show": False},
            },
        ],
        "series": [
            {
                "name": _("Spend"), "type": "bar", "unit": "money", "barMaxWidth": 24,
                "data": [float(day.spent) for day in days.values()],
            },
            {
                "name": _("Cash"), "type": "line", "unit": "money", "yAxisIndex": 1, "showSymbol": False,
                "data": [float(day.cash) for day in days.values()],
            },
            {
                "name": _("Grants"), "type": "line", "unit": "money", "yAxisIndex": 1, "showSymbol": False,
                "data": [float(day.grants) for day in days.values()],
            },
        ],
    }  # fmt: skip
