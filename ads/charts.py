"""Charts of the ads room, as options for ECharts."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from .performance import Goal, Result


def chart_of_results(results: Mapping[date | int, Result], currency: str) -> dict:
    """Return the chart of spend and sales (bars) and clicks (line) by day or by hour of the day."""
    return {
        "currency": currency,
        "legend": {},
        "xAxis": _axis(results),
        "yAxis": [
            {"type": "value", "unit": "money"},
            {"type": "value", "minInterval": 1, "splitLine": {"show": False}},
        ],
        "series": [
            _bars(_("Spend"), [result.spend for result in results.values()]),
            _bars(_("Sales"), [result.sales for result in results.values()]),
            _line(_("Clicks"), [result.clicks for result in results.values()], yAxisIndex=1),
        ],
    }


def chart_of_roi(results: Mapping[date | int, Result], goal: Goal | None) -> dict:
    """Return the chart of ROI by day or hour, with the target where the campaign has one."""
    rois = [_number(result.roi) for result in results.values()]
    series = [_line(_("ROI"), rois, connectNulls=True)]
    if goal and goal.is_roi:
        target = [float(goal.target)] * len(rois)
        series.append(_line(_("Target ROI"), target, symbol="none", lineStyle={"type": "dashed"}))
    return {"legend": {}, "xAxis": _axis(results), "yAxis": [{"type": "value"}], "series": series}


def _axis(results: Mapping[date | int, Result]) -> dict:
    labels = [key.isoformat() if isinstance(key, date) else f"{key}:00" for key in results]
    return {"type": "category", "data": labels}


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else round(float(amount), 2)


def _bars(name: str, amounts: Sequence[Decimal]) -> dict:
    return {"name": name, "type": "bar", "unit": "money", "data": [float(amount) for amount in amounts]}


def _line(name: str, data: Sequence[float | None], **more: Any) -> dict:
    return {"name": name, "type": "line", "data": data, **more}
