"""The campaign list of the console, starting and pausing, and amounts changed on the spot."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from .. import campaigns as verbs
from .. import performance
from ..campaigns import proposals
from ..forms import AmountForm, CampaignFilterForm
from ..forms.bulk import ARCHIVE, PAUSE, START
from ..forms.inline import LABELS
from ..forms.listing import PERIODS, days_of
from ..models import Campaign
from .listing import COLUMNS, headings, page_of
from .refusals import is_conflict, is_done, told


@require_safe
@merchant_page(Right.ADS_VIEW)
def campaigns(request: HttpRequest) -> HttpResponse:
    """List the campaigns with today's budget and the results of a period."""
    merchant, asked = request.access.merchant, request.GET
    form, days = CampaignFilterForm(asked), days_of(asked.get("days", ""))
    chosen, sort = form.narrow(own(Campaign, merchant)), asked.get("sort", "")
    page, total = page_of(merchant, chosen, days=days, sort=sort, number=asked.get("page"), at=clock.now())
    context = {
        "page": page, "form": form, "days": days, "periods": PERIODS, "sort": sort, "headings": headings(sort),
        "filters": [form[name] for name in ("state", "objective", "bid_mode", "phase")],
        "totals": performance.cells(total, COLUMNS, merchant.currency),
        "is_narrowed": any(form.data.get(name) for name in form.fields),
        "waiting": proposals.waiting(request.access).count(),
        "may_edit": request.access.may(Right.ADS_EDIT),
        "quick": ((START, "player-play"), (PAUSE, "player-pause"), (ARCHIVE, "archive")),
    }  # fmt: skip
    return render(request, "ads/campaigns.html", context)


@require_POST
@merchant_page(Right.ADS_EDIT)
def campaign_states(request: HttpRequest) -> HttpResponse:
    """Start, pause or archive campaigns at once."""
    state, codes = request.POST.get("state"), request.POST.getlist("campaign")
    if state not in Campaign.State.values:
        return HttpResponse(status=400)
    with told(request):
        changed = verbs.set_states(request.access, codes, Campaign.State(state), at=clock.now())
        said = ngettext("%(count)d campaign changed.", "%(count)d campaigns changed.", len(changed))
        messages.success(request, said % {"count": len(changed)})
    back = came_from(request)
    return redirect(back) if back else redirect("ads:campaigns", request.access.merchant.code)


def came_from(request: HttpRequest) -> str:
    """Return the page of ours that a form says it was on, or nothing."""
    back = request.POST.get("next", "")
    return back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else ""


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.ADS_EDIT)
def campaign_amount(request: HttpRequest, campaign: str, member: str) -> HttpResponse:
    """Change a budget, bid or target on the spot, unless somebody else has changed the campaign."""
    found = get_object_or_404(own(Campaign, request.access.merchant).select_related("merchant"), code=campaign)
    if member not in LABELS:
        raise Http404
    form = AmountForm(request.POST or None, campaign=found, member=member)
    saved = form.is_valid() and is_done(request, form, lambda: _set(request, found, member, form.cleaned_data))
    if saved and not request.headers.get("HX-Request"):
        return redirect("ads:campaign", found.merchant.code, found.code)
    found.refresh_from_db()
    context = {
        "campaign": found, "member": member, "form": form, "saved": saved, "is_conflict": is_conflict(form),
        "amount": getattr(found, member),
    }  # fmt: skip
    return render(request, "ads/campaign/amount_page.html", context)


def _set(request: HttpRequest, campaign: Campaign, member: str, said: dict) -> None:
    verbs.edit_campaign(
        request.access, campaign, version=said["version"], at=clock.now(), values={member: said["amount"]}
    )
