"""The merchant's pages of reviews: the list, and replying."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengfeng import clock

from ...people.rights import Right
from ...tenancy import merchant_page, own
from .. import answering
from ..forms import ReplyForm
from ..models import Review
from .listing import came_from, listed


@require_safe
@merchant_page(Right.ORDERS_VIEW)
def reviews(request: HttpRequest) -> HttpResponse:
    """List what shoppers say of the shop's goods, with a place to reply."""
    context = listed(request, own(Review, request.access.merchant))
    context["may_reply"] = request.access.may(Right.ORDERS_SHIP)
    return render(request, "shops/reviews/reviews.html", context)


@require_POST
@merchant_page(Right.ORDERS_SHIP)
def review_reply(request: HttpRequest, review: str) -> HttpResponse:
    """Reply to a review, or take the reply back."""
    found = get_object_or_404(own(Review, request.access.merchant), code=review)
    form = ReplyForm(request.POST)
    if form.is_valid():
        answering.reply(request.access, found, form.cleaned_data["reply"], at=clock.now())
        messages.success(request, _answered(form.cleaned_data["reply"]))
    else:
        messages.error(request, form.errors["reply"][0])
    return redirect(came_from(request) or reverse("shops:reviews", args=[request.access.merchant.code]))


def _answered(reply: str) -> str:
    return _("Your reply stands below the review.") if reply else _("There is no reply below the review now.")
