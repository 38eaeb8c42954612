"""The merchant's console: find orders, ship them, deliver, cancel and refund."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from chengfeng import clock
from chengfeng.money import ZERO
from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from .. import refunds
from ..cancellation import cancel
from ..finding import by_state, find
from ..forms import CancelForm, FindForm, RefundForm, ShipForm
from ..fulfilment import deliver, ship
from ..models import Order, Refund
from ..moves import MOVES, CancelReason, OrderState, WrongState

PAGE = 30
BATCH = 500


@require_safe
@merchant_page(Right.ORDERS_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """List the merchant's orders by the words, state and days of the address."""
    form = FindForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = find(request.access.merchant, **wanted)
    state = wanted.get("state", "")
    shown = found.filter(state=state) if state else found
    shown = shown.select_related("checkout").prefetch_related("lines__product").order_by("-placed_at", "-pk")
    tabs = by_state(found)
    context = {
        "form": form,
        "page": Paginator(shown, PAGE).get_page(request.GET.get("page")),
        "tabs": [("", _("All"), sum(number for _, _, number in tabs)), *tabs],
        "state": state,
        "can_ship": request.access.may(Right.ORDERS_SHIP) and state in ("", OrderState.PAID),
    }
    return render(request, "orders/console/orders.html", context)


@require_safe
@merchant_page(Right.ORDERS_VIEW)
def show(request: HttpRequest, order: str) -> HttpResponse:
    """Show one order with all that happened to it."""
    return page(request, get(request, order))


def get(request: HttpRequest, code: str) -> Order:
    """Return the merchant's order of that code; raises Http404."""
    orders = own(Order, request.access.merchant).select_related("checkout", "merchant")
    return get_object_or_404(orders, code=code)


def page(request: HttpRequest, order: Order, form: RefundForm | None = None, status: int = 200) -> HttpResponse:
    lefts = refunds.left_by_line(order) if order.paid_at else []
    context = {
        "order": order,
        "lines": order.lines.select_related("product", "variant").order_by("pk"),
        "shares": order.payment_shares.select_related("payment").order_by("pk"),
        "refunds": order.refunds.select_related("requested_by").order_by("pk"),
        "shipments": order.shipments.order_by("pk"),
        "moves": order.moves.select_related("by"),
        "refund_form": form or RefundForm(order=order, lefts=lefts),
        "shipping_left": refunds.left_of_shipping(order),
        "ship_form": ShipForm(),
        "cancel_form": CancelForm(auto_id="cancel_%s"),  # the refund has a reason too
        **may(request, order, lefts),
    }
    return render(request, "orders/console/order.html", context, status=status)


def may(request: HttpRequest, order: Order, lefts: list[refunds.Left]) -> dict[str, bool]:
    """Return what this person can do with the order now."""
    ships, gives = request.access.may(Right.ORDERS_SHIP), request.access.may(Right.ORDERS_REFUND)
    return {
        "can_ship": ships and OrderState.SHIPPED in MOVES[order.state] and any(left.quantity for left in lefts),
        "can_deliver": ships and order.state == OrderState.SHIPPED,
        "can_cancel": gives and OrderState.CANCELLED in MOVES[order.state],
        "can_refund": gives
        and bool(order.paid_at)
        and order.state != OrderState.CANCELLED
        and (any(left.amount for left in lefts) or refunds.left_of_shipping(order) > ZERO),
    }


def act(request: HttpRequest, order: Order, verb: str, do: Callable, **details) -> bool:
    """Do something to an order and record who did, in one transaction; return whether the table of moves allowed it."""
    at = clock.now()
    try:
        with transaction.atomic():
            do(order, at=at, by=request.user)
            record(request.access, verb, target=order.code, at=at, **details)
    except WrongState:
        return False
    return True


@require_POST
@merchant_page(Right.ORDERS_SHIP)
def ship_one(request: HttpRequest, order: str) -> HttpResponse:
    """Send an order on its way."""
    form, found = ShipForm(request.POST), get(request, order)
    if not form.is_valid():
        messages.error(request, _("Carrier and tracking number have at most 60 characters each."))
    elif act(request, found, "order.ship", lambda *a, **k: ship(*a, **k, **form.cleaned_data), **form.cleaned_data):
        messages.success(request, _("The order is on its way."))
    else:
        messages.error(request, _("This order cannot be shipped now."))
    return redirect("orders:order", request.access.merchant.code, found.code)


@require_POST
@merchant_page(Right.ORDERS_SHIP)
def ship_many(request: HttpRequest) -> HttpResponse:
    """Send the chosen orders on their way, as many as can be."""
    codes = request.POST.getlist("order")[:BATCH]
    chosen = own(Order, request.access.merchant).filter(code__in=codes).order_by("pk")
    results = [act(request, order, "order.ship", ship) for order in chosen]
    done, refused = results.count(True), results.count(False)
    if done:
        messages.success(request, ngettext("%(n)d order shipped.", "%(n)d orders shipped.", done) % {"n": done})
    if refused:
        text = ngettext("%(n)d order could not be shipped.", "%(n)d orders could not be shipped.", refused)
        messages.warning(request, text % {"n": refused})
    return redirect("orders:orders", request.access.merchant.code)


@require_POST
@merchant_page(Right.ORDERS_SHIP)
def deliver_one(request: HttpRequest, order: str) -> HttpResponse:
    """Note that an order has arrived."""
    found = get(request, order)
    if act(request, found, "order.deliver", deliver):
        messages.success(request, _("The order has arrived."))
    else:
        messages.error(request, _("This order is not on its way."))
    return redirect("orders:order", request.access.merchant.code, found.code)


@require_POST
@merchant_page(Right.ORDERS_REFUND)
def cancel_one(request: HttpRequest, order: str) -> HttpResponse:
    """Cancel an order that was not shipped, and give back what was paid."""
    form, found, pending = CancelForm(request.POST), get(request, order), []
    if form.is_valid():
        reason = CancelReason(form.cleaned_data["reason"])
        done = act(
            request,
            found,
            "order.cancel",
            lambda *a, **k: pending.extend(cancel(*a, **k, reason=reason)),
            reason=reason,
        )
        if done:
            carry_out(request, pending)
            messages.success(request, _("The order is cancelled."))
        else:
            messages.error(request, _("This order cannot be cancelled any more."))
    return redirect("orders:order", request.access.merchant.code, found.code)


@require_POST
@merchant_page(Right.ORDERS_REFUND)
def refund(request: HttpRequest, order: str) -> HttpResponse:
    """Give back units, and shipping, of a paid order."""
    found, at = get(request, order), clock.now()
    form = RefundForm(request.POST, order=found, lefts=refunds.left_by_line(found))
    if not form.is_valid():
        return page(request, found, form, status=422)
    wanted = form.cleaned_data
    wishes = [refunds.Wish(left.line.code, wanted[left.line.code]) for left in form.lefts if wanted[left.line.code]]
    try:
        with transaction.atomic():
            written = refunds.request(
                found, wishes=wishes, shipping=wanted["shipping"] or ZERO, reason=wanted["reason"],
                restock=wanted["restock"], by=request.user, at=at,
            )  # fmt: skip
            total = sum(one.amount for one in written)
            record(request.access, "order.refund", target=found.code, at=at, amount=str(total))
    except refunds.RefundRefused as error:
        form.add_error("shipping" if error.field == "shipping" else None, REFUSALS[error.code])
        return page(request, found, form, status=422)
    carry_out(request, written)
    return redirect("orders:order", request.access.merchant.code, found.code)


REFUSALS = {
    "not_paid": gettext_lazy("This order has not been paid."),
    "unknown": gettext_lazy("This order has no such line."),
    "nothing": gettext_lazy("Choose what is given back."),
    "too_many": gettext_lazy("That is more units than can still be given back."),
    "too_fine": gettext_lazy("That is finer than the smallest coin of the currency."),
    "too_much": gettext_lazy("That is more than can still be given back."),
    "not_out": gettext_lazy("More units would come back than were shipped."),
}


def carry_out(request: HttpRequest, pending: list[Refund]) -> None:
    """Have the provider give the money back, and say how that went."""
    results = [refunds.carry_out(one, at=clock.now()) for one in pending]
    if results and all(results):
        messages.success(request, _("The money is on its way back."))
    elif results:
        messages.warning(request, _("The provider has not given the money back yet; see the refunds below."))
