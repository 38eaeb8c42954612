"""The merchant's page of the orders of a presale: deposits in hand, and balances still to come."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from shops.models import Presale
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from .. import presale as ahead
from ..models import Order

PER_PAGE = 50


@require_safe
@merchant_page(Right.ORDERS_VIEW)
def orders(request: HttpRequest, presale: str) -> HttpResponse:
    """List the orders of a presale; htmx asks for how it goes alone."""
    shown = get_object_or_404(own(Presale, request.access.merchant), code=presale)
    context = {"presale": shown, "standing": ahead.standing(shown)}
    if "HX-Request" in request.headers:
        return render(request, "orders/console/presale_standing.html", context)
    found = own(Order, request.access.merchant).filter(presale=shown).select_related("checkout")
    page = Paginator(found.order_by("-placed_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "orders/console/presale.html", context | {"page": page})
