"""Single ads: pausing and starting them, their headlines, and sending a rejected one to review again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from chengfeng import clock
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from ..campaigns import creatives as verbs
from ..forms import HeadlineForm
from ..models import Ad, Campaign
from .coming_back import came_from
from .refusals import is_conflict, is_done, told


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.ADS_EDIT)
def ad(request: HttpRequest, campaign: str, ad: str) -> HttpResponse:
    """Give an ad a headline, or send a rejected one to review again."""
    rows = own(Ad, request.access.merchant).select_related("campaign__merchant", "group", "product", "note")
    found = get_object_or_404(rows, code=ad, campaign__code=campaign)
    initial = {"headline": found.headline, "version": found.campaign.version}
    form = HeadlineForm(request.POST or None, initial=initial)
    if form.is_valid() and is_done(request, form, lambda: _edit(request, form, found)):
        pending = found.review == Ad.Review.PENDING
        messages.success(request, _("Saved. The headline is under review now.") if pending else _("Saved."))
        return redirect("ads:campaign", found.merchant.code, found.campaign.code)
    if is_conflict(form):
        found.campaign.refresh_from_db()
    context = {"ad": found, "campaign": found.campaign, "form": form, "is_conflict": is_conflict(form)}
    return render(request, "ads/campaign/ad.html", context)


def _edit(request: HttpRequest, form: HeadlineForm, ad: Ad) -> None:
    said = form.cleaned_data
    verbs.edit_ad(request.access, ad, headline=said["headline"], at=clock.now(), version=said["version"] or 0)


@require_POST
@merchant_page(Right.ADS_EDIT)
def ad_states(request: HttpRequest, campaign: str) -> HttpResponse:
    """Start or pause ads of a campaign."""
    found = get_object_or_404(own(Campaign, request.access.merchant), code=campaign)
    state = request.POST.get("state")
    if state not in Ad.State.values:
        return HttpResponse(status=400)
    codes = list(found.ads.filter(code__in=request.POST.getlist("ad")).values_list("code", flat=True))
    with told(request):
        changed = verbs.set_ad_states(request.access, codes, Ad.State(state), at=clock.now())
        said = ngettext("%(count)d ad changed.", "%(count)d ads changed.", len(changed))
        messages.success(request, said % {"count": len(changed)})
    back = came_from(request)
    return redirect(back) if back else redirect("ads:campaign", request.access.merchant.code, campaign)
