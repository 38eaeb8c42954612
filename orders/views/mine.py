"""A shopper's own orders."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from chengfeng import clock

from .. import mine
from ..fulfilment import deliver
from ..models import Order
from ..moves import WrongState

PAGE = 20
STEPS = (
    ("placed_at", gettext_lazy("Placed"), "receipt"),
    ("paid_at", gettext_lazy("Paid"), "credit-card"),
    ("shipped_at", gettext_lazy("Shipped"), "truck"),
    ("delivered_at", gettext_lazy("Delivered"), "home-check"),
)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the shopper's orders, the latest first."""
    request.keeps_shopper = True
    orders = mine.orders(request).prefetch_related("lines__product").order_by("-placed_at", "-pk")
    return render(request, "orders/mine.html", {"page": Paginator(orders, PAGE).get_page(request.GET.get("page"))})


@require_safe
def show(request: HttpRequest, order: str) -> HttpResponse:
    """Show one order of the shopper's."""
    found = get_object_or_404(mine.orders(request), code=order)
    context = {
        "order": found,
        "lines": found.lines.select_related("product").order_by("pk"),
        "shipments": found.shipments.order_by("pk"),
        "refunds": found.refunds.exclude(state="failed").order_by("pk"),
        "steps": steps(found),
    }
    with timezone.override(found.merchant.time_zone):
        return render(request, "orders/my_order.html", context)


def steps(order: Order) -> list[dict]:
    """Return the steps of an order's way, each with the time it was reached or None."""
    reached = [(name, icon, getattr(order, field)) for field, name, icon in STEPS]
    current = sum(at is not None for _, _, at in reached)
    return [
        {"name": name, "icon": icon, "at": at, "is_current": number == current}
        for number, (name, icon, at) in enumerate(reached, 1)
    ]


@require_POST
def confirm(request: HttpRequest, order: str) -> HttpResponse:
    """Note that the shopper has the goods in hand."""
    found = get_object_or_404(mine.orders(request), code=order)
    try:
        deliver(found, at=clock.now(), by=request.user if request.user.is_authenticated else None)
    except WrongState:
        messages.error(request, _("This order is not on its way."))
    else:
        messages.success(request, _("Thank you. Enjoy it!"))
    return redirect("orders:my_order", found.code)
