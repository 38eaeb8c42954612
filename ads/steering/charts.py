"""Charts of steering, as options for ECharts: what was multiplied, spend against plan, cost or ROI against target."""

from collections.abc import Sequence
from datetime import tzinfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..models import Campaign, SteeringStep
from .explaining import is_manual


def chart_of_moves(steps: Sequence[SteeringStep], currency: str, zone: tzinfo) -> dict:
    """Return the chart of multiplier or participation (line) with spend and plan of the day (areas), oldest first."""
    manual = bool(steps) and is_manual(steps[-1])
    moved = [each.participation_after if manual else round(each.multiplier_after, 4) for each in steps]
    scale = {"unit": "percent"} if manual else {}
    return {
        "currency": currency,
        "legend": {},
        "xAxis": _times(steps, zone),
        "yAxis": [{"type": "value", "unit": "money"}, {"type": "value", **scale, "splitLine": {"show": False}}],
        "series": [
            _line(_("Spent today"), [float(each.spent) for each in steps], unit="money", areaStyle={"opacity": 0.15}),
            _line(_("Planned by then"), [float(each.planned) for each in steps], unit="money", dashed=True),
            _line(_("Participation") if manual else _("Multiplier"), moved, yAxisIndex=1, step="end", **scale),
        ],
    }


def chart_of_target(steps: Sequence[SteeringStep], currency: str, zone: tzinfo) -> dict | None:
    """Return the chart of cost per order, or ROI, of seven days beside what was allowed; None without a target."""
    steps = [each for each in steps if each.details.get("cost") and each.details.get("allowed")]
    if not steps:
        return None
    is_roi = steps[-1].details["mode"] == Campaign.BidMode.TARGET_ROI
    unit = {} if is_roi else {"unit": "money"}
    real, allowed = (
        [round(1 / each.details[name] if is_roi else each.details[name], 2) for each in steps]
        for name in ("cost", "allowed")
    )
    return {
        "currency": currency,
        "legend": {},
        "xAxis": _times(steps, zone),
        "yAxis": [{"type": "value", "scale": True, **unit}],
        "series": [
            _line(_("ROI of seven days") if is_roi else _("Cost per order of seven days"), real, **unit),
            _line(_("Target"), allowed, dashed=True, **unit),
        ],
    }


def _times(steps: Sequence[SteeringStep], zone: tzinfo) -> dict:
    labels = [date_format(each.at.astimezone(zone), "SHORT_DATETIME_FORMAT") for each in steps]
    return {"type": "category", "data": labels}


def _line(name: str, data: list, *, dashed: bool = False, **more) -> dict:
    style = {"lineStyle": {"type": "dashed"}, "symbol": "none"} if dashed else {"symbolSize": 4}
    return {"name": name, "type": "line", "data": data, **style, **more}
