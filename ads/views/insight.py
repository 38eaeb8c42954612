"""Auction insight: what became of auctions and why, how a price came about, and what another bid would have brought."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from chengfeng import clock
from chengfeng.periods import local_date
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from ..forms.listing import days_of
from ..models import Campaign, Placement
from ..replay import what_if as bids
from ..replay.charts import chart_of_bids, chart_of_losses, chart_of_share
from ..replay.explaining import currency_of_scores, explain_all
from ..replay.losses import LEFT_OUT, Losses, Share, losses
from ..replay.reading import auction_of
from ..replay.suggesting import suggested_bids, suggested_targets

PERIODS = (7, 14, 30)
WEEK = 7
PER_PAGE = 20
SHOWN = 10  # recorded auctions that were won, and as many that were lost


@dataclass(frozen=True, slots=True)
class Row:
    """A campaign or a placement with its share."""

    name: Any
    share: Share


@require_safe
@merchant_page(Right.ADS_VIEW)
def insight(request: HttpRequest) -> HttpResponse:
    """Show what became of the auctions of all campaigns."""
    merchant = request.access.merchant
    days, first, last = _period(request)
    found = losses(merchant, first, last)
    rows = own(Campaign, merchant).exclude(state=Campaign.State.ARCHIVED).order_by("state", "-pk")
    busiest = sorted(rows, key=lambda campaign: -found.campaigns.get(campaign.pk, Share()).auctions)
    page = Paginator(busiest, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = [Row(campaign, found.campaigns.get(campaign.pk, Share())) for campaign in page]
    return render(request, "ads/insight/shop.html", _told(found) | {"days": days, "periods": PERIODS, "page": page})


@require_safe
@merchant_page(Right.ADS_VIEW)
def campaign_insight(request: HttpRequest, campaign: str) -> HttpResponse:
    """Show what became of a campaign's auctions, how prices came about lately, and what more budget would bring."""
    found, at = _campaign(request, campaign), clock.now()
    days, first, last = _period(request)
    study = bids.study(found, at=at)
    context = {
        "campaign": found, "days": days, "periods": PERIODS, "tab": "insight",
        "missed": study.missed if study.is_enough else None, "study": study,
        "recent": explain_all(study.recent(most=SHOWN), study.bidder), "unit": currency_of_scores(),
    }  # fmt: skip
    return render(request, "ads/insight/campaign.html", _told(losses(found, first, last)) | context)


@require_safe
@merchant_page(Right.ADS_VIEW)
def auction(request: HttpRequest, campaign: str, auction: str) -> HttpResponse:
    """Explain the price of one recorded auction step by step."""
    found = _campaign(request, campaign)
    recorded = auction_of(auction, campaign=found.pk)
    if recorded is None:
        raise Http404
    (told,) = explain_all([recorded], bids.bidder_of(found))
    context = {"campaign": found, "told": told, "unit": currency_of_scores()}
    return render(request, "ads/insight/auction.html", context)


@require_safe
@merchant_page(Right.ADS_VIEW)
def what_if(request: HttpRequest, campaign: str) -> HttpResponse:
    """Show what other bids would have brought in the last week, and which bids and targets history suggests."""
    found, at = _campaign(request, campaign), clock.now()
    study = bids.study(found, at=at)
    context = {
        "campaign": found, "study": study, "tab": "what-if", "fewest": bids.FEWEST, "days": bids.DAYS,
        "suggested": suggested_bids(study, at=at), "targets": suggested_targets(found, at=at),
    }  # fmt: skip
    if study.is_enough:
        steps = [study.what_if(percent) for percent in bids.STEPS]
        labels = [f"{step.percent:+} %" for step in steps]
        chart = chart_of_bids(steps, labels, found.merchant.currency)
        now = next(step for step in steps if not step.percent)
        context |= {"steps": list(zip(labels, steps, strict=True)), "chart": chart, "now": now}
    return render(request, "ads/insight/what_if.html", context)


def _campaign(request: HttpRequest, code: str) -> Campaign:
    return get_object_or_404(own(Campaign, request.access.merchant).select_related("merchant"), code=code)


def _period(request: HttpRequest) -> tuple[int, date, date]:
    """Return how many local days are looked at, the first of them and the last, which is today."""
    asked = days_of(request.GET.get("days", ""), WEEK)
    days = asked if asked in PERIODS else WEEK
    last = local_date(clock.now(), request.access.merchant.time_zone)
    return days, last - timedelta(days=days - 1), last


def _told(found: Losses) -> dict[str, Any]:
    """Return what the pages of a shop and of a campaign both show."""
    rows = [Row(Placement(name).label, share) for name, share in sorted(found.placements.items())]
    whole = found.whole
    return {
        "whole": whole, "placements": rows, "lost": [(loss.label, share) for loss, share in whole.lost_to.items()],
        "has_lost": any(whole.lost_to.values()),
        "reasons": [(outcome.label, count, outcome in LEFT_OUT) for outcome, count in whole.reasons],
        "chart_of_share": chart_of_share(found), "chart_of_losses": chart_of_losses(found),
    }  # fmt: skip
