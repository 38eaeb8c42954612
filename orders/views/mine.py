"""A shopper's own orders: found by words and by how far they are, and each with its way."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from chengfeng import clock
from shops.reviews import writing

from .. import mine, reductions
from ..aftersale.claims import claimable, kinds
from ..fulfilment import deliver
from ..models import Case, Order, OrderLine, Shipment
from ..moves import OrderState, WrongState
from ..reviewing.purchases import arrivals

PAGE = 20
LONGEST = 100  # characters that can be searched for
STEPS = (
    ("placed_at", gettext_lazy("Placed"), "receipt"),
    ("paid_at", gettext_lazy("Paid"), "credit-card"),
    ("first_shipped_at", gettext_lazy("Shipped"), "truck"),
    ("delivered_at", gettext_lazy("Delivered"), "home-check"),
)
STEPS_OF_SERVICE = (*STEPS[:2], ("delivered_at", gettext_lazy("Used"), "ticket"))
TABS = {
    "": (gettext_lazy("All"), Q()),
    "pay": (gettext_lazy("To pay"), Q(state__in=[OrderState.PLACED, OrderState.DEPOSIT])),
    "ship": (gettext_lazy("To be shipped"), Q(state__in=[OrderState.PAID, OrderState.PARTLY])),
    "way": (gettext_lazy("On its way"), Q(state__in=[OrderState.PARTLY, OrderState.SHIPPED])),
    "done": (gettext_lazy("Delivered"), Q(state=OrderState.DELIVERED)),
    "after": (gettext_lazy("Returns and refunds"), Exists(Case.objects.filter(order=OuterRef("pk")))),
}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the shopper's orders of one tab that have the words in them, the latest first."""
    request.keeps_shopper = True
    words, tab = request.GET.get("q", "").strip()[:LONGEST].replace("\0", ""), request.GET.get("tab", "")
    tab = tab if tab in TABS else ""
    found = find(mine.orders(request), words)
    shown = found.filter(TABS[tab][1]).prefetch_related("lines__product").order_by("-placed_at", "-pk")
    page, at = Paginator(shown, PAGE).get_page(request.GET.get("page")), clock.now()
    context = {
        "page": page,
        "payable": {order.pk for order in page if mine.can_be_paid(order, at=at)},
        "tabs": tabs(found),
        "tab": tab,
        "words": words,
    }
    return render(request, "orders/mine.html", context)


def find(orders: QuerySet[Order], words: str) -> QuerySet[Order]:
    """Return the orders with the words in their code, their goods or the name of their shop."""
    if not words:
        return orders
    lines = OrderLine.objects.filter(order=OuterRef("pk"))
    goods = lines.filter(Q(title__icontains=words) | Q(title_en__icontains=words))
    shop = Q(merchant__name__icontains=words) | Q(merchant__name_en__icontains=words)
    return orders.filter(Q(code__iexact=words) | shop | Exists(goods))


def tabs(orders: QuerySet[Order]) -> list[tuple[str, str, int]]:
    """Return (tab, its name, number of orders) of every tab."""
    counts = orders.aggregate(**{f"n_{tab}": Count("pk", filter=of) for tab, (_, of) in TABS.items() if tab})
    return [(tab, name, counts.get(f"n_{tab}", 0)) for tab, (name, _) in TABS.items()]


@require_safe
def show(request: HttpRequest, order: str) -> HttpResponse:
    """Show one order of the shopper's."""
    found = get_object_or_404(mine.orders(request), code=order)
    lines, arrived = found.lines.select_related("product").order_by("pk"), arrivals(found)
    is_service = all(line.product.is_service for line in lines)
    context = {
        "order": found,
        "lines": lines,
        "shipments": found.shipments.prefetch_related("lines__line").order_by("pk"),
        "can_confirm": True,
        "arrived": arrived,
        "reviewed": writing.known({line.code for line in lines if line.pk in arrived}),
        "can_pay": mine.can_be_paid(found, at=clock.now()),
        "refunds": found.refunds.exclude(state="failed").order_by("pk"),
        "cases": found.cases.order_by("-pk"),
        "can_ask": bool(kinds(found, at=clock.now())) and any(one.units for one in claimable(found).values()),
        "moves": found.moves.all(),
        "reductions": reductions.of(found),
        "steps": steps(found, STEPS_OF_SERVICE if is_service else STEPS),
        "is_service": is_service,
    }
    with timezone.override(found.merchant.time_zone):
        return render(request, "orders/my_order.html", context)


def steps(order: Order, way: Sequence[tuple]) -> list[dict]:
    """Return the steps of an order's way, each with the time it was reached or None."""
    reached = [(name, icon, getattr(order, field)) for field, name, icon in way]
    current = sum(at is not None for _, _, at in reached)
    return [
        {"name": name, "icon": icon, "at": at, "is_current": number == current}
        for number, (name, icon, at) in enumerate(reached, 1)
    ]


@require_POST
def confirm(request: HttpRequest, order: str) -> HttpResponse:
    """Note that the shopper has all the goods in hand."""
    return _confirm(request, get_object_or_404(mine.orders(request), code=order))


@require_POST
def confirm_parcel(request: HttpRequest, order: str, parcel: str) -> HttpResponse:
    """Note that the shopper has one parcel in hand."""
    found = get_object_or_404(mine.orders(request), code=order)
    return _confirm(request, get_object_or_404(found.shipments.select_related("order"), code=parcel))


def _confirm(request: HttpRequest, what: Order | Shipment) -> HttpResponse:
    try:
        deliver(what, at=clock.now(), by=request.user if request.user.is_authenticated else None)
    except WrongState:
        messages.error(request, _("This order is not on its way."))
    else:
        messages.success(request, _("Thank you. Enjoy it!"))
    return redirect("orders:my_order", what.code if isinstance(what, Order) else what.order.code)
