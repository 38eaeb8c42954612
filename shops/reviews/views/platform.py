"""The operator's page of reviews: all of them, and hiding those that break the rules."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengfeng import clock

from ...tenancy import operator_page
from .. import answering
from ..forms import HidingForm
from ..models import Review
from .listing import came_from, listed


@require_safe
@operator_page
def reviews(request: HttpRequest) -> HttpResponse:
    """List the reviews of all shops."""
    return render(request, "shops/reviews/platform.html", listed(request, Review.objects.all()))


@require_POST
@operator_page
def review_hide(request: HttpRequest, review: str) -> HttpResponse:
    """Hide a review for a reason, or show it again."""
    found = get_object_or_404(Review.objects.select_related("merchant"), code=review)
    form, at = HidingForm(request.POST), clock.now()
    if "show" in request.POST:
        answering.show(found, by=request.user, at=at)
        messages.success(request, _("The review is shown again."))
    elif form.is_valid():
        answering.hide(found, reason=form.cleaned_data["reason"], by=request.user, at=at)
        messages.success(request, _("The review is hidden. The shop can read why."))
    else:
        messages.error(request, _("Say why it is to be hidden."))
    return redirect(came_from(request) or "shops:platform_reviews")
