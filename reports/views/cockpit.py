"""The cockpit, its live part, the rows behind its numbers, and what the numbers mean."""

from datetime import datetime

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ads.models import Campaign
from chengfeng import clock
from chengfeng.periods import local_date
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from .. import cockpit as domain
from .. import results, rows
from ..metrics import METRICS
from ..picking import LABELS, PeriodForm, Picked, pick
from ..pulse import pulse

PAGE = 50


def picked(request: HttpRequest) -> tuple[Picked, PeriodForm]:
    return pick(request.GET, today=local_date(clock.now(), request.access.merchant.time_zone))


def looked(request: HttpRequest, period: Picked, *, at: datetime) -> domain.Cockpit:
    """Return the cockpit by the clock that the address names."""
    return domain.look(request.access.merchant, period, at=at, clock=_clock(request))


def _clock(request: HttpRequest) -> str:
    by = request.GET.get("clock")
    return by if by in domain.CLOCKS else "order"


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def cockpit(request: HttpRequest) -> HttpResponse:
    period, form = picked(request)
    merchant, at = request.access.merchant, clock.now()
    context = {
        "pulse": pulse(merchant, at=at), "cockpit": looked(request, period, at=at), "period": period,
        "form": form, "presets": LABELS, "clocks": domain.CLOCKS,
    }  # fmt: skip
    return render(request, "reports/cockpit.html", context)


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer with the numbers; where they are those the reader has, with the time alone, or with nothing at all."""
    at = clock.now()
    beat = pulse(request.access.merchant, at=at)
    if request.GET.get("pulse") == beat:
        return HttpResponse(status=204)
    period, _form = picked(request)
    view = looked(request, period, at=at)
    context = {"cockpit": view, "period": period, "pulse": beat, "is_live": True, "clocks": domain.CLOCKS}
    if request.GET.get("seen") != view.fingerprint:
        return render(request, "reports/parts/numbers.html", context)
    response = render(request, "reports/parts/as_of.html", context)
    response["HX-Reswap"] = "none"
    return response


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def behind(request: HttpRequest, code: str) -> HttpResponse:
    source = rows.behind(code)
    if source is None:
        raise Http404
    request.access.require(source.right)
    period, form = picked(request)
    campaign = _campaign(request)
    found = rows.find(source, request.access.merchant, period, campaign=campaign)
    context = {
        "metric": METRICS[code], "page": Paginator(found, PAGE).get_page(request.GET.get("page")), "period": period,
        "form": form, "presets": LABELS, "kind": source.model._meta.model_name,
        "sum": rows.add(found), "campaign": campaign,
    }  # fmt: skip
    return render(request, "reports/rows.html", context)


def _campaign(request: HttpRequest) -> Campaign | None:
    """Return the campaign of the merchant to which the address narrows what is shown."""
    code = request.GET.get("campaign")
    return get_object_or_404(own(Campaign, request.access.merchant), code=code) if code else None


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def campaign(request: HttpRequest, campaign: str) -> HttpResponse:
    """What one campaign brought: its ladder by any clock, and its days."""
    found = get_object_or_404(own(Campaign, request.access.merchant), code=campaign)
    request.access.require(Right.ADS_VIEW)
    period, form = picked(request)
    view = results.look(found, period, at=clock.now(), clock=_clock(request))
    context = {
        "view": view, "campaign": found, "period": period, "form": form, "presets": LABELS, "clocks": domain.CLOCKS,
    }  # fmt: skip
    return render(request, "reports/campaign.html", context)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """What every number means; for everybody to read."""
    return render(request, "reports/metrics.html", {"metrics": METRICS.values()})
