"""The page of one campaign: why it serves or not, its results by day and hour, and its parts in tabs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chengfeng import clock
from chengfeng.money import round_money
from chengfeng.periods import local_date
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from .. import performance
from ..campaigns import changes
from ..campaigns.promotion import day_budget
from ..charts import chart_of_results, chart_of_roi
from ..eligibility import Findings, findings
from ..forms.hours import chosen_hours, hour_rows
from ..forms.listing import PERIODS, days_of
from ..forms.words import write_keywords
from ..models import AdGroup, Campaign, CampaignDay, Change, Placement, Proposal
from ..performance import Cell
from ..wording import Wording, title
from .goals import reached
from .proposals import in_words

PER_PAGE = 25
FORTNIGHT = 14


@dataclass(frozen=True, slots=True)
class Seen:
    """A campaign as somebody looks at it: over which local days, and with which columns."""

    campaign: Campaign
    first: date
    last: date
    at: datetime
    request: HttpRequest
    columns: list

    def cells(self, result: performance.Result) -> list[Cell]:
        return performance.cells(result, self.columns, self.campaign.merchant.currency)

    def results(self, by: Callable) -> Mapping[Any, performance.Result]:
        return by(self.campaign, self.first, self.last)

    def page(self, rows: Any, per_page: int = PER_PAGE) -> Page:
        return Paginator(rows, per_page).get_page(self.request.GET.get("page"))


@dataclass(slots=True)
class Row:
    """A part of a campaign with its numbers and what keeps it from serving."""

    thing: Any
    cells: list[Cell]
    obstacles: list = field(default_factory=list)


@require_safe
@merchant_page(Right.ADS_VIEW)
def campaign(request: HttpRequest, campaign: str) -> HttpResponse:
    """Show one campaign."""
    merchant, at = request.access.merchant, clock.now()
    found = get_object_or_404(own(Campaign, merchant).select_related("merchant", "steering"), code=campaign)
    days, today = days_of(request.GET.get("days", ""), FORTNIGHT), local_date(at, merchant.time_zone)
    first = today - timedelta(days=days - 1)
    seen = Seen(found, first, today, at, request, performance.columns_of(found))
    why = findings([found], at=at)[found.pk]
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "groups"
    context = {
        "campaign": found, "found": why, "days": days, "periods": PERIODS, "columns": seen.columns, "tab": tab,
        "tabs": [(name, label) for name, (label, _show) in TABS.items()],
        "may_edit": request.access.may(Right.ADS_EDIT) and found.state != Campaign.State.ARCHIVED,
        "may_see_wallet": request.access.may(Right.WALLET_VIEW),
        "waiting": found.proposals.filter(state=Proposal.State.WAITING).count(),
        **_overview(seen), **TABS[tab][1](seen, why),
    }  # fmt: skip
    return render(request, "ads/campaign/page.html", context)


def _overview(seen: Seen) -> dict[str, Any]:
    """Return the budget of today, the numbers of the period, the charts and the goal."""
    campaign, by = seen.campaign, seen.request.GET.get("by")
    daily = seen.results(performance.by_day)
    shown = seen.results(performance.by_hour) if by == "hour" else daily
    total = performance.total(daily.values())
    goal = performance.goal_of(campaign, total)
    day = campaign.days.filter(day=seen.last).first()
    day = day or CampaignDay(campaign=campaign, day=seen.last, budget=day_budget(campaign, seen.last))
    currency = campaign.merchant.currency
    return {
        "by": "hour" if by == "hour" else "day", "total": total, "totals": seen.cells(total),
        "reached": reached(campaign, total),
        "chart": chart_of_results(shown, currency), "chart_of_roi": chart_of_roi(shown, goal),
        "has_sales": any(result.sales for result in shown.values()),
        "today": day, "spent_today": round_money(Decimal(day.spent), currency),
    }  # fmt: skip


def _groups(seen: Seen, why: Findings) -> dict[str, Any]:
    results = seen.results(performance.by_group)
    groups = seen.campaign.groups.exclude(state=AdGroup.State.ARCHIVED).order_by("pk")
    groups = groups.prefetch_related("keywords", "categories", "audiences__audience")
    rows = [Row(group, seen.cells(results[group.pk]), why.groups.get(group.pk, [])) for group in groups]
    return {"rows": rows}


def _ads(seen: Seen, why: Findings) -> dict[str, Any]:
    results = seen.results(performance.by_ad)
    ads = seen.campaign.ads.exclude(group__state=AdGroup.State.ARCHIVED).select_related("product", "note", "group")
    page = seen.page(ads.order_by("state", "pk"))
    page.object_list = [Row(ad, seen.cells(results[ad.pk]), why.ads.get(ad.pk, [])) for ad in page]
    return {"page": page}


def _keywords(seen: Seen, _why: Findings) -> dict[str, Any]:
    results = seen.results(performance.by_keyword)
    groups = seen.campaign.groups.exclude(state=AdGroup.State.ARCHIVED).prefetch_related("keywords")
    words = [word for group in groups for word in group.keywords.all()]
    page = seen.page(sorted(words, key=lambda word: (-results[word.pk].spend, word.pk)))
    page.object_list = [Row(word, seen.cells(results[word.pk])) for word in page]
    negatives = seen.campaign.negatives.select_related("group").order_by("text", "pk")
    written = [(write_keywords([(each.text, each.match)]), each.group) for each in negatives]
    return {"page": page, "unmatched": seen.cells(results[None]), "negatives": written}


def _placements(seen: Seen, _why: Findings) -> dict[str, Any]:
    results = seen.results(performance.by_placement)
    percents = dict(seen.campaign.modifiers.values_list("placement", "percent"))
    rows = [
        (placement, placement in seen.campaign.placements, percents.get(placement, 0), seen.cells(results[placement]))
        for placement in Placement
    ]
    return {"rows": rows}


def _schedule(seen: Seen, _why: Findings) -> dict[str, Any]:
    hours = chosen_hours(seen.campaign.hours)
    spans = seen.campaign.promotion_days.order_by("first_day")
    return {"hour_rows": list(hour_rows(hours)), "hour_names": range(24), "hours": len(hours), "spans": spans}


def _history(seen: Seen, _why: Findings) -> dict[str, Any]:
    page = seen.page(changes.history(seen.campaign), 20)
    page.object_list = told(seen.campaign, list(page))
    return {"page": page}


def told(campaign: Campaign, history: list[Change]) -> list[dict[str, Any]]:
    """Return changes with their titles and what they changed, in words."""
    documents = [document for change in history for document in (change.before, change.after)]
    wording = Wording(campaign.merchant, documents)
    return [
        {"change": change, "title": title(change), "lines": wording.lines(change.before, change.after)}
        for change in history
    ]


def _proposals(seen: Seen, _why: Findings) -> dict[str, Any]:
    proposals = seen.campaign.proposals.select_related("campaign", "proposed_by", "decided_by").order_by("-pk")
    page = seen.page(proposals, 20)
    page.object_list = in_words(seen.campaign.merchant, list(page))
    return {"page": page}


TABS: dict[str, tuple[Promise, Callable[[Seen, Findings], dict[str, Any]]]] = {
    "groups": (_("Ad groups"), _groups),
    "ads": (_("Ads"), _ads),
    "keywords": (_("Keywords"), _keywords),
    "placements": (_("Placements"), _placements),
    "schedule": (_("Schedule"), _schedule),
    "history": (_("History"), _history),
    "proposals": (_("Approvals"), _proposals),
}
