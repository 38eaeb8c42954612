"""The page that says why an order was, or was not, owed to an ad."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from orders.models import Order
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from .. import why


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def order_trail(request: HttpRequest, order: str) -> HttpResponse:
    found = get_object_or_404(own(Order, request.access.merchant), code=order)
    return render(request, "reports/order_trail.html", {"order": found, "why": why.explain(found)})
