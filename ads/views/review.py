"""The operator's queue of headlines: each is approved, or rejected for a reason."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengfeng import clock
from shops.tenancy import operator_page

from ..campaigns import creatives as verbs
from ..forms import VerdictForm
from ..models import Ad

PER_PAGE = 20


@require_safe
@operator_page
def ad_review(request: HttpRequest) -> HttpResponse:
    """List the ads that wait for a decision, the oldest first."""
    page = Paginator(verbs.under_review(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "ads/review.html", {"page": page})


@require_POST
@operator_page
def ad_verdict(request: HttpRequest, ad: str) -> HttpResponse:
    """Approve a headline as it was read, or reject it for a reason."""
    found = get_object_or_404(Ad.objects.select_related("merchant", "campaign"), code=ad)
    form = VerdictForm(request.POST)
    rejects = "reject" in request.POST
    if not form.is_valid() or (rejects and not form.cleaned_data["reason"]):
        messages.error(request, _("Say why it is to be rejected."))
        return redirect("ads:ad_review")
    reason = form.cleaned_data["reason"] if rejects else ""
    try:
        verbs.review_ad(request.user, found, headline=form.cleaned_data["headline"], reason=reason, at=clock.now())
        messages.success(request, _("Rejected; the shop can read why.") if rejects else _("Approved."))
    except verbs.ReviewOver:
        messages.error(request, _("The headline has changed meanwhile, or was decided on. Nothing was changed."))
    return redirect("ads:ad_review")
