"""Charts of the ads room, as options for ECharts."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from .performance import Result


def chart_of_days(days: Mapping[date, Result], currency: str) -> dict:
    """Return the chart of spend and sales (bars) and clicks (line) by day."""
    spend, sales, clicks = _("Spend"), _("Sales"), _("Clicks")
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"data": [spend, sales, clicks], "bottom": 0},
        "grid": {"left": 8, "right": 8, "top": 32, "bottom": 36, "containLabel": True},
        "xAxis": {"type": "category", "data": [day.isoformat() for day in days]},
        "yAxis": [
            {"type": "value", "name": currency},
            {"type": "value", "name": clicks, "minInterval": 1, "splitLine": {"show": False}},
        ],
        "series": [
            {"name": spend, "type": "bar", "data": [float(result.spend) for result in days.values()]},
            {"name": sales, "type": "bar", "data": [float(result.sales) for result in days.values()]},
            {"name": clicks, "type": "line", "yAxisIndex": 1, "data": [result.clicks for result in days.values()]},
        ],
    }
