"""Console pages of campaigns: the list with its results, one campaign, and the form that makes or changes it."""

from datetime import date, datetime, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock
from chengfeng.periods import local_date
from shops.models import AuditEntry
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from .. import campaigns as verbs
from .. import performance
from ..charts import chart_of_days
from ..eligibility import obstacles
from ..forms import CampaignFilterForm, CampaignForm, initial_of
from ..models import Campaign

PER_PAGE = 50
PERIODS = (7, 14, 30, 90)
WEEK = 7


@require_safe
@merchant_page(Right.ADS_VIEW)
def campaigns(request: HttpRequest) -> HttpResponse:
    """List the campaigns with today's spend and the results of seven days."""
    merchant, at = request.access.merchant, clock.now()
    form = CampaignFilterForm(request.GET)
    rows = form.narrow(own(Campaign, merchant)).order_by("-state", "-created_at", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    today = local_date(at, merchant.time_zone)
    week = performance.by_campaign(merchant, today - timedelta(days=WEEK - 1), today)
    spend = performance.spend_by_campaign(merchant, today)
    why = obstacles(merchant, list(page), at=at)
    for campaign in page:
        campaign.week, campaign.today = week[campaign.pk], spend.get(campaign.pk, 0)
        campaign.obstacles = why[campaign.pk]
    context = {"page": page, "form": form, "may_edit": request.access.may(Right.ADS_EDIT)}
    return render(request, "ads/campaigns.html", context)


@require_POST
@merchant_page(Right.ADS_EDIT)
def campaign_states(request: HttpRequest) -> HttpResponse:
    """Start, pause or archive the chosen campaigns."""
    state, codes = request.POST.get("state"), request.POST.getlist("campaign")
    if state not in Campaign.State.values:
        return HttpResponse(status=400)
    changed = verbs.set_states(request.access, codes, Campaign.State(state), at=clock.now())
    told = ngettext("%(count)d campaign changed.", "%(count)d campaigns changed.", len(changed))
    messages.success(request, told % {"count": len(changed)})
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect("ads:campaigns", request.access.merchant.code)


@require_safe
@merchant_page(Right.ADS_VIEW)
def campaign(request: HttpRequest, campaign: str) -> HttpResponse:
    """Show one campaign: why it serves or not, what it brought by day and by product, and its history."""
    merchant, at = request.access.merchant, clock.now()
    found = get_object_or_404(own(Campaign, merchant).select_related("merchant"), code=campaign)
    days = _days(request)
    today = local_date(at, merchant.time_zone)
    first = today - timedelta(days=days - 1)
    by_day = performance.by_day(found, first, today)
    context = {
        "campaign": found, "obstacles": obstacles(merchant, [found], at=at)[found.pk], "days": days,
        "periods": PERIODS, "total": performance.total(by_day.values()), "today": by_day[today],
        "chart": chart_of_days(by_day, merchant.currency), "ads": _ads(found, first, today),
        "history": own(AuditEntry, merchant).filter(target=found.code).select_related("actor").order_by("-number")[:20],
        "may_edit": request.access.may(Right.ADS_EDIT), "keywords": verbs.keywords_of(found),
        "categories": verbs.categories_of(found), "hours": found.hours.count("1"),
    }  # fmt: skip
    return render(request, "ads/campaign.html", context)


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in {str(days) for days in PERIODS} else PERIODS[1]


def _ads(campaign: Campaign, first: date, last: date) -> list:
    """Return the campaign's ads with their results, those that run first."""
    results = performance.by_ad(campaign, first, last)
    ads = list(campaign.ads.select_related("product").order_by("state", "pk"))
    for ad in ads:
        ad.result = results[ad.pk]
    return ads


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.ADS_EDIT)
def campaign_new(request: HttpRequest) -> HttpResponse:
    """Make a campaign; it starts paused."""
    at = clock.now()
    initial = {"starts_at": at, "hours": range(168), "products": request.GET.getlist("product")}
    form = CampaignForm(request.POST or None, merchant=request.access.merchant, initial=initial)
    if not _is_ready(request, form):
        return render(request, "ads/campaign_form.html", {"form": form})
    made = verbs.create_campaign(request.access, at=at, **form.changes())
    messages.success(request, _("The campaign is ready. Start it when you like."))
    return redirect("ads:campaign", request.access.merchant.code, made.code)


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.ADS_EDIT)
def campaign_edit(request: HttpRequest, campaign: str) -> HttpResponse:
    """Change a campaign, unless somebody else has meanwhile."""
    found = get_object_or_404(own(Campaign, request.access.merchant).select_related("merchant"), code=campaign)
    form = CampaignForm(request.POST or None, merchant=request.access.merchant, initial=initial_of(found))
    if _is_ready(request, form) and _edit(request, form, found, at=clock.now()):
        messages.success(request, _("The campaign is saved."))
        return redirect("ads:campaign", request.access.merchant.code, found.code)
    return render(request, "ads/campaign_form.html", {"form": form, "campaign": found})


def _is_ready(request: HttpRequest, form: CampaignForm) -> bool:
    """Whether the form is to be carried out, rather than shown (again, or with the products looked for)."""
    if request.method == "POST" and "look" in request.POST:
        form.as_draft()
        return False
    return request.method == "POST" and form.is_valid()


def _edit(request: HttpRequest, form: CampaignForm, campaign: Campaign, *, at: datetime) -> bool:
    version = form.cleaned_data["version"] or 0
    try:
        verbs.edit_campaign(request.access, campaign, version=version, at=at, **form.changes())
    except verbs.EditConflict:
        form.add_error(None, _("Somebody else has changed this campaign. Open it again to see what is new."))
        return False
    return True
