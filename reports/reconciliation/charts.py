"""Charts of reconciliation, as options for ECharts: a flat line at zero, and the money of each day."""

from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .reading import Day


def differences(days: Sequence[Day], currency: str) -> dict:
    """Return the chart of how far the places are apart on each day; days come the latest first."""
    shown = _of(days, currency)
    line = {"type": "line", "unit": "money", "symbol": "none", "name": _("Difference")}
    return _chart(shown, currency, [line | {"data": [float(day.difference) for day in shown]}])


def flows(days: Sequence[Day], currency: str) -> dict:
    """Return the chart of what came, went back, was settled and paid out on each day."""
    shown = _of(days, currency)
    names = {"payments": _("Paid by shoppers"), "refunds": _("Refunds"), "due": _("Settled"), "payouts": _("Paid out")}
    bar = {"type": "bar", "unit": "money", "barMaxWidth": 12}
    series = [bar | {"name": name, "data": [float(day.left(code)) for day in shown]} for code, name in names.items()]
    return _chart(shown, currency, series) | {"legend": {}}


def _of(days: Sequence[Day], currency: str) -> list[Day]:
    return [day for day in reversed(days) if day.currency == currency]


def _chart(shown: Sequence[Day], currency: str, series: list[dict]) -> dict:
    return {
        "currency": currency,
        "xAxis": {"type": "category", "data": [date_format(day.day, "MONTH_DAY_FORMAT") for day in shown]},
        "yAxis": {"type": "value", "unit": "money", "minInterval": 1},
        "series": series,
    }
