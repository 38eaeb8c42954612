"""The form that makes, copies or changes a campaign, with a dry run beside it."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chengfeng import clock
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from .. import campaigns as verbs
from ..campaigns import dry_run, groups
from ..forms import CampaignForm, initial_of
from ..models import Campaign, Placement
from ..wording import Wording
from . import merging
from .merging import conflict
from .refusals import is_conflict, is_done


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.ADS_EDIT)
def campaign_new(request: HttpRequest) -> HttpResponse:
    """Make a campaign, perhaps after the pattern of another; it starts paused."""
    form = CampaignForm(request.POST or None, merchant=request.access.merchant, initial=_initial(request))
    made: list[Campaign] = []
    if _is_ready(request, form) and is_done(request, form, lambda: made.append(_make(request, form))):
        messages.success(request, _("The campaign is ready. Start it when you like."))
        return redirect("ads:campaign", request.access.merchant.code, made[0].code)
    return _shown(request, form)


def _initial(request: HttpRequest) -> dict[str, Any]:
    pattern = own(Campaign, request.access.merchant).filter(code=request.GET.get("copy", "")).first()
    if pattern:
        name = _("%(name)s (copy)") % {"name": pattern.name}
        return initial_of(pattern) | {"name": name[:120], "starts_at": clock.now(), "ends_at": None, "version": None}
    return {
        "starts_at": clock.now(), "hours": range(168), "products": request.GET.getlist("product"),
        "notes": request.GET.getlist("note"), "placements": list(Placement.values), "pacing": Campaign.Pacing.EVEN,
    }  # fmt: skip


@transaction.atomic
def _make(request: HttpRequest, form: CampaignForm) -> Campaign:
    at, days = clock.now(), form.cleaned_data["exclude_buyers_days"]
    made = verbs.create_campaign(request.access, at=at, **form.changes())
    if days:
        groups.edit_group(request.access, groups.first_group(made), at=at, values={"exclude_buyers_days": days})
    return made


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.ADS_EDIT)
def campaign_edit(request: HttpRequest, campaign: str) -> HttpResponse:
    """Change a campaign, unless somebody else has meanwhile."""
    found = get_object_or_404(own(Campaign, request.access.merchant).select_related("merchant"), code=campaign)
    initial = initial_of(found) | {"seen": merging.latest(found)}
    form = CampaignForm(request.POST or None, merchant=found.merchant, campaign=found, initial=initial)
    if _is_ready(request, form) and is_done(request, form, lambda: _edit(request, form, found)):
        messages.success(request, _("The campaign is saved."))
        return redirect("ads:campaign", found.merchant.code, found.code)
    return _shown(request, form, found)


def _edit(request: HttpRequest, form: CampaignForm, campaign: Campaign) -> None:
    version = form.cleaned_data["version"] or 0
    arguments = merging.arguments_of(form)
    verbs.edit_campaign(request.access, campaign, version=version, at=clock.now(), **arguments)


def _is_ready(request: HttpRequest, form: CampaignForm) -> bool:
    """Whether the form is to be carried out, rather than tried out or shown with what was looked for."""
    if request.method != "POST":
        return False
    if "look" in request.POST:
        form.as_draft()
        return False
    return form.is_valid() and "check" not in request.POST


def _shown(request: HttpRequest, form: CampaignForm, campaign: Campaign | None = None) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "campaign": campaign}
    if "check" in request.POST and form.is_valid():
        context |= _tried_out(request, form, campaign)
    if campaign and is_conflict(form):
        context |= conflict(form)
    return render(request, "ads/campaign/form.html", context)


def _tried_out(request: HttpRequest, form: CampaignForm, campaign: Campaign | None) -> dict[str, Any]:
    arguments = merging.arguments_of(form) if campaign else form.changes()
    estimate = dry_run.estimate(request.access, at=clock.now(), campaign=campaign, **arguments)
    form.refuse(estimate.errors)
    wording = Wording(request.access.merchant, [estimate.before, estimate.after])
    return {"estimate": estimate, "lines": wording.lines(estimate.before, estimate.after) if campaign else []}
