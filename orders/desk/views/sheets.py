"""Sheets to print: packing slips, one per order, and the list by which the goods are picked from the shelves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengfeng import clock
from shops.people.rights import Right
from shops.tenancy import merchant_page

from ..choosing import chosen
from ..picking import picked, with_lines


@require_safe
@merchant_page(Right.ORDERS_VIEW)
def slips(request: HttpRequest) -> HttpResponse:
    """Show a packing slip for each chosen order."""
    at = clock.now()
    context = {"orders": with_lines(chosen(request, at=at)), "at": at}
    return render(request, "orders/console/slips.html", context)


@require_safe
@merchant_page(Right.ORDERS_VIEW)
def picking(request: HttpRequest) -> HttpResponse:
    """Show what must be picked for the chosen orders, by SKU."""
    at = clock.now()
    orders = with_lines(chosen(request, at=at))
    return render(request, "orders/console/picking.html", {"orders": orders, "picks": picked(orders), "at": at})
