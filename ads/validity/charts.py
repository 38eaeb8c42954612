"""The chart of traffic quality, as options for ECharts."""

from django.utils.translation import gettext as _

from . import INVALID
from .measuring import Quality


def chart_of_traffic(quality: Quality) -> dict:
    """Return the chart of invalid clicks by day and reason (bars on each other) and their share (line)."""
    bars = [
        {
            "name": str(reason.label),
            "type": "bar",
            "stack": "invalid",
            "data": [share.reasons[reason] for share in quality.days.values()],
        }
        for reason in INVALID
        if quality.whole.reasons[reason]
    ]
    rates = [share.rate for share in quality.days.values()]
    line = {"name": _("Invalid click rate"), "type": "line", "yAxisIndex": 1, "unit": "percent", "data": rates}
    return {
        "legend": {},
        "xAxis": {"type": "category", "data": [day.isoformat() for day in quality.days]},
        "yAxis": [
            {"type": "value", "minInterval": 1},
            {"type": "value", "unit": "percent", "min": 0, "splitLine": {"show": False}},
        ],
        "series": [*bars, line],
    }
