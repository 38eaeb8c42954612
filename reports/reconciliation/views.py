"""Pages of reconciliation: a merchant's days, the rows behind one, and all merchants for the operator."""

from collections.abc import Sequence
from datetime import date, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengfeng import clock
from chengfeng.periods import local_date
from shops.people.rights import Right
from shops.tenancy import merchant_page, operator_page

from ..picking import LABELS, pick
from . import charts, comparing, reading
from .pairs import PAIRS

ROWS = 200


@require_safe
@merchant_page(Right.SETTLEMENT_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """Lay the merchant's books side by side, day by day."""
    merchant = request.access.merchant
    period, form = pick(request.GET, today=local_date(clock.now(), merchant.time_zone))
    at, is_live = clock.now(), "now" in request.GET
    days = reading.days(merchant, period.first, period.last, is_live=is_live)
    currencies = sorted({day.currency for day in days}, key=lambda currency: (currency != merchant.currency, currency))
    context = {
        "period": period,
        "form": form,
        "presets": LABELS,
        "pairs": PAIRS.values(),
        "sheets": [
            {
                "currency": currency,
                "days": [day for day in days if day.currency == currency],
                "totals": reading.totals(days, currency),
                "difference": charts.differences(days, currency),
                "flow": charts.flows(days, currency),
            }
            for currency in currencies
        ],
        "differences": sum(day.differences for day in days),
        "as_of": _as_of(days, at=at),
        "is_live": is_live,
    }
    return render(request, "reports/reconciliation/index.html", context)


def _as_of(days: Sequence[reading.Day], *, at: datetime) -> datetime:
    """Return when these days were last looked at; now where none of them was."""
    return max((day.looked_at for day in days if day.looked_at), default=at)


@require_safe
@merchant_page(Right.SETTLEMENT_VIEW)
def day(request: HttpRequest, day: str) -> HttpResponse:
    """Compare one day now, and name every row in which two places differ; `?pair=` opens all rows of a pair."""
    merchant = request.access.merchant
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    if not comparing.BEGINNING <= wanted <= comparing.END:
        raise Http404
    chosen = request.GET.get("pair", "")
    context = {
        "day": wanted,
        "sums": comparing.sums([merchant], wanted, wanted),
        "differences": comparing.differences([merchant], wanted, wanted, limit=ROWS),
        "chosen": PAIRS.get(chosen),
        "rows": comparing.rows(merchant, wanted, chosen, limit=ROWS) if chosen in PAIRS else [],
        "most": ROWS,
    }
    return render(request, "reports/reconciliation/day.html", context)


@require_safe
@operator_page
def across(request: HttpRequest) -> HttpResponse:
    """Show the operator every merchant, those with differences first; `?now` compares the last days at once."""
    at, is_live = clock.now(), "now" in request.GET
    context = {
        "standings": reading.standings_now(at=at) if is_live else reading.standings(),
        "is_live": is_live, "last_run": reading.last_run(), "at": at,
    }  # fmt: skip
    return render(request, "reports/reconciliation/across.html", context)
