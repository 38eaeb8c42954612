"""The page on which a shopper reviews something that has come."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chengfeng import clock
from shops.people.rights import Right
from shops.reviews import writing
from shops.reviews.forms import ReviewForm
from shops.tenancy import merchant_page, own

from .. import mine
from ..models import OrderLine
from .purchases import NotDelivered, line_of, purchase


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, order: str, line: str) -> HttpResponse:
    """Write the review of a line, or change it."""
    found, at = line_of(mine.orders(request).filter(code=order), line), clock.now()
    try:
        bought = purchase(found)
    except NotDelivered:
        messages.error(request, _("You can review it when your order has come."))
        return redirect("orders:my_order", order)
    known = writing.of(bought.cause)
    form = ReviewForm(request.POST or None, request.FILES or None, initial=_shown(known))
    if request.method == "POST" and form.is_valid():
        try:
            writing.write(bought, at=at, **form.cleaned_data)
        except writing.TooLate:
            messages.error(request, _("The time for this is over."))
        else:
            messages.success(request, _("Thank you for your review."))
        return redirect("orders:my_order", order)
    is_open = writing.is_open(bought, known, at=at)
    context = {"form": form, "line": found, "order": found.order, "review": known, "is_open": is_open}
    return render(request, "orders/review.html", context, status=422 if form.is_bound else 200)


def _shown(review) -> dict:
    return {"stars": review.stars, "text": review.text} if review else {}


@require_safe
@merchant_page(Right.ORDERS_VIEW)
def order_of_line(request: HttpRequest, line: str) -> HttpResponse:
    """Lead a merchant from the purchase that a review speaks of to its order."""
    found = get_object_or_404(own(OrderLine, request.access.merchant).select_related("order"), code=line)
    return redirect("orders:order", request.access.merchant.code, found.order.code)
