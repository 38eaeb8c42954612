"""Charts of the ads room, as options for ECharts."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from .performance import Result


def chart_of_days(days: Mapping[date, Result], currency: str) -> dict:
    """Return the chart of spend and sales (bars) and clicks (line) by day."""
    return {
        "currency": currency,
        "legend": {},
        "xAxis": {"type": "category", "data": [day.isoformat() for day in days]},
        "yAxis": [
            {"type": "value", "unit": "money"},
            {"type": "value", "minInterval": 1, "splitLine": {"show": False}},
        ],
        "series": [
            _bars(_("Spend"), [result.spend for result in days.values()]),
            _bars(_("Sales"), [result.sales for result in days.values()]),
            {"name": _("Clicks"), "type": "line", "yAxisIndex": 1, "data": [result.clicks for result in days.values()]},
        ],
    }


def _bars(name: str, amounts: Sequence[Decimal]) -> dict:
    return {"name": name, "type": "bar", "unit": "money", "data": [float(amount) for amount in amounts]}
