"""Pages of ad groups: made, changed, paused and archived."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from chengfeng import clock
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from ..campaigns import groups as verbs
from ..campaigns.objectives import terms
from ..forms import GroupForm, initial_of_group
from ..models import AdGroup, Campaign
from . import merging
from .coming_back import came_from
from .refusals import is_conflict, is_done, told


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.ADS_EDIT)
def group_new(request: HttpRequest, campaign: str) -> HttpResponse:
    """Make a group of a campaign."""
    found = _campaign(request, campaign)
    form = GroupForm(request.POST or None, campaign=found, initial={"version": found.version})
    if _is_ready(request, form) and is_done(request, form, lambda: _make(request, form, found)):
        messages.success(request, _("The group is there and serves with its campaign."))
        return redirect("ads:campaign", found.merchant.code, found.code)
    return _shown(request, form, found, None)


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.ADS_EDIT)
def group(request: HttpRequest, campaign: str, group: str) -> HttpResponse:
    """Change a group, unless somebody else has changed its campaign."""
    found = _campaign(request, campaign)
    group_of = get_object_or_404(found.groups.select_related("campaign__merchant"), code=group)
    initial = initial_of_group(group_of) | {"seen": merging.latest(found)}
    form = GroupForm(request.POST or None, campaign=found, group=group_of, initial=initial)
    if _is_ready(request, form) and is_done(request, form, lambda: _edit(request, form, group_of)):
        messages.success(request, _("The group is saved."))
        return redirect("ads:campaign", found.merchant.code, found.code)
    return _shown(request, form, found, group_of)


@require_POST
@merchant_page(Right.ADS_EDIT)
def group_states(request: HttpRequest, campaign: str) -> HttpResponse:
    """Start, pause or archive groups of a campaign."""
    found, state = _campaign(request, campaign), request.POST.get("state")
    if state not in AdGroup.State.values:
        return HttpResponse(status=400)
    codes = found.groups.filter(code__in=request.POST.getlist("group")).values_list("code", flat=True)
    with told(request):
        changed = verbs.set_group_states(request.access, codes, AdGroup.State(state), at=clock.now())
        said = ngettext("%(count)d group changed.", "%(count)d groups changed.", len(changed))
        messages.success(request, said % {"count": len(changed)})
    back = came_from(request)
    return redirect(back) if back else redirect("ads:campaign", found.merchant.code, found.code)


def _campaign(request: HttpRequest, code: str) -> Campaign:
    return get_object_or_404(own(Campaign, request.access.merchant).select_related("merchant"), code=code)


def _is_ready(request: HttpRequest, form: GroupForm) -> bool:
    if request.method == "POST" and "look" in request.POST:
        form.as_draft()
        return False
    return request.method == "POST" and form.is_valid()


def _make(request: HttpRequest, form: GroupForm, campaign: Campaign) -> AdGroup:
    version = form.cleaned_data["version"]
    return verbs.create_group(request.access, campaign, at=clock.now(), version=version, **form.changes())


def _edit(request: HttpRequest, form: GroupForm, group: AdGroup) -> None:
    version = form.cleaned_data["version"] or 0
    verbs.edit_group(request.access, group, at=clock.now(), version=version, **merging.arguments_of(form))


def _shown(request: HttpRequest, form: GroupForm, campaign: Campaign, group: AdGroup | None) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form, "campaign": campaign, "group": group, "creatives": terms(campaign.objective).creatives
    }  # fmt: skip
    if is_conflict(form):
        campaign.refresh_from_db()
        context |= merging.conflict(form) if group else {"is_conflict": True}
    return render(request, "ads/campaign/group.html", context)
