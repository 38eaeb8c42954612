"""Charts of auctions, as options for ECharts: impression share and reasons by day, clicks and spend by bid."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from .losses import Loss, Losses
from .what_if import WhatIf

PER_CENT = {"type": "value", "unit": "percent", "min": 0, "max": 1}


def chart_of_share(found: Losses) -> dict:
    """Return the chart of impression share by day."""
    return {
        "xAxis": _days(found),
        "yAxis": [PER_CENT],
        "series": [
            {
                "name": _("Impression share"), "type": "line", "unit": "percent", "areaStyle": {"opacity": 0.15},
                "data": [_part(share.share) for share in found.days.values()],
            }
        ],
    }  # fmt: skip


def chart_of_losses(found: Losses) -> dict:
    """Return the chart of what was lost and to what, by day, as parts of the auctions that were wanted."""
    bars = [
        {
            "name": str(loss.label), "type": "bar", "stack": "lost", "unit": "percent",
            "data": [_part(share.share_lost(loss)) for share in found.days.values()],
        }
        for loss in Loss
        if found.whole.lost(loss)
    ]  # fmt: skip
    return {"legend": {}, "xAxis": _days(found), "yAxis": [PER_CENT], "series": bars}


def chart_of_bids(steps: Sequence[WhatIf], labels: Sequence[str], currency: str) -> dict:
    """Return the chart of spend (bars) and clicks (line, between its bounds) by bid."""
    clicks = {"type": "line", "yAxisIndex": 1, "symbol": "none"}
    dotted = {"lineStyle": {"type": "dotted", "opacity": 0.7}}
    return {
        "currency": currency,
        "legend": {},
        "xAxis": {"type": "category", "data": list(labels)},
        "yAxis": [
            {"type": "value", "unit": "money", "min": 0},
            {"type": "value", "min": 0, "splitLine": {"show": False}},
        ],
        "series": [
            {"name": _("Spend"), "type": "bar", "unit": "money", "data": [float(step.spend.middle) for step in steps]},
            clicks | {"name": _("Clicks"), "data": [round(step.clicks.middle) for step in steps]},
            clicks | dotted | {"name": _("Clicks, at least"), "data": [round(step.clicks.low) for step in steps]},
            clicks | dotted | {"name": _("Clicks, at most"), "data": [round(step.clicks.high) for step in steps]},
        ],
    }


def _days(found: Losses) -> dict:
    return {"type": "category", "data": [day.isoformat() for day in found.days]}


def _part(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
