"""Charts of predictions, as options for ECharts."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from chengfeng.templatetags.frame import percent

from ..models import Placement, PredictionModel
from .reliability import Tenth


def of_tenths(by_placement: Mapping[str, Sequence[Tenth]]) -> list[tuple[str, str, dict]]:
    """Return identifier, title and chart of every placement with anything to show: predicted and observed by tenth."""
    shown = [(place, tenths) for place, tenths in by_placement.items() if tenths]
    return [(f"reliability-{place}", Placement(place).label, _reliability(tenths)) for place, tenths in shown]


def _reliability(tenths: Sequence[Tenth]) -> dict:
    rate = {"unit": "percent"}
    return {
        "legend": {},
        "xAxis": {"type": "category", "data": [percent(tenth.predicted) for tenth in tenths]},
        "yAxis": {"type": "value", "unit": "percent"},
        "series": [
            {**rate, "name": _("Predicted"), "type": "line", "z": 3, "data": [tenth.predicted for tenth in tenths]},
            {**rate, "name": _("Observed"), "type": "bar", "data": [tenth.observed for tenth in tenths]},
        ],
    }


def of_versions(models: Iterable[PredictionModel]) -> dict:
    """Return the chart of what versions were worth before they learnt: log loss and AUC, beside those of counts."""
    rows = sorted(models, key=lambda model: model.version)
    return {
        "legend": {},
        "xAxis": {"type": "category", "data": [_named(model) for model in rows]},
        "yAxis": [
            {"type": "value", "scale": True, "name": _("Log loss")},
            {"type": "value", "scale": True, "name": _("AUC"), "splitLine": {"show": False}},
        ],
        "series": [
            _line(_("Log loss"), rows, "log_loss"),
            _line(_("Log loss of counts"), rows, "baseline_log_loss", dashed=True),
            _line(_("AUC"), rows, "auc", axis=1),
            _line(_("AUC of counts"), rows, "baseline_auc", axis=1, dashed=True),
        ],
    }


def _named(model: PredictionModel) -> str:
    return f"{model.version} · {date_format(localtime(model.trained_through), 'SHORT_DATE_FORMAT')}"


def _line(name: str, rows: Sequence[PredictionModel], metric: str, *, axis: int = 0, dashed: bool = False) -> dict:
    data = [round(model.metrics.get(metric, 0), 4) for model in rows]
    style = {"type": "dashed" if dashed else "solid"}
    return {"name": name, "type": "line", "yAxisIndex": axis, "symbolSize": 4, "lineStyle": style, "data": data}
