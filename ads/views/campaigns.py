"""The campaign list of the console, starting and pausing, and amounts changed on the spot."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock
from chengfeng.money import round_money
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
from . import columns
from .coming_back import came_from
from .listing import Shown, headings, page_of, sorts
from .refusals import is_conflict, is_done, told


@require_safe
@merchant_page(Right.ADS_VIEW)
def campaigns(request: HttpRequest) -> HttpResponse:
    """List the campaigns with today's budget and the results of a period."""
    merchant, asked = request.access.merchant, request.GET
    form, sort = CampaignFilterForm(asked), asked.get("sort", "")
    objective = form.said().get("objective", "")
    shown = Shown(
        days=days_of(asked.get("days", "")), sort=sort, rows=columns.rows_on_page(request),
        columns=performance.headings(columns.chosen(request, objective)),
    )  # fmt: skip
    page, total = page_of(
        merchant, form.narrow(own(Campaign, merchant)), shown, number=asked.get("page"), at=clock.now()
    )
    context = {
        "page": page, "form": form, "days": shown.days, "periods": PERIODS, "sort": sort,
        "headings": headings(shown), "sorts": sorts(shown),
        "filters": [form[name] for name in ("state", "objective", "bid_mode", "phase")],
        "narrowed": form.narrowed(),
        "totals": performance.cells(total, shown.columns, merchant.currency), "total": total,
        "cost": round_money(total.spend, merchant.currency),
        "waiting": proposals.waiting(request.access).count(),
        "may_edit": request.access.may(Right.ADS_EDIT),
        "quick": ((START, "player-play"), (PAUSE, "player-pause"), (ARCHIVE, "archive")),
        "choosing": {
            "objective": objective, "offered": columns.offered(objective), "rows": columns.ROWS,
            "chosen": {name for name, *_rest in shown.columns}, "rows_now": shown.rows,
        },
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
