"""One order on the desk: everything about it, and what can be done with it now."""

from collections.abc import Iterable

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from chengfeng import clock
from chengfeng.money import ZERO
from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from ... import capturing, carriers, refunds
from ...cancellation import cancel
from ...fulfilment import deliver, ship
from ...models import Order, OrderNote, Refund
from ...moves import MOVES, CancelReason, OrderState
from ...units import to_send
from .. import attention, money
from ..acting import act
from ..forms import CancelForm, FlagForm, NoteForm, RefundForm, ShipForm
from ..marking import set_flag, strike_note, write_note
from ..models import Flag
from ..timeline import timeline

PAGE = "orders/console/order.html"


@require_safe
@merchant_page(Right.ORDERS_VIEW)
def show(request: HttpRequest, order: str) -> HttpResponse:
    """Show one order with all that happened to it."""
    return page(request, get(request, order))


def get(request: HttpRequest, code: str) -> Order:
    """Return the merchant's order of that code; raises Http404."""
    orders = own(Order, request.access.merchant).select_related("checkout", "merchant", "presale")
    return get_object_or_404(orders, code=code)


def open_lines(order: Order) -> list:
    """Return the lines of which units are still to be sent, each with how many are `open`."""
    if order.state not in attention.TO_SHIP:
        return []
    lines = []
    for line, units in to_send(order).items():
        if not line.product.is_service:
            line.open = units
            lines.append(line)
    return lines


def page(request: HttpRequest, order: Order, *, status: int = 200, **forms) -> HttpResponse:
    """Return the page of an order; `forms` are those that were filled in and refused."""
    lefts = refunds.left_by_line(order) if order.paid_at else []
    lines = list(order.lines.select_related("product", "variant").order_by("pk"))
    to_ship = open_lines(order)
    context = {
        "order": order,
        "lines": lines,
        "money": money.of(order, lines),
        "shares": order.payment_shares.select_related("payment").order_by("pk"),
        "refunds": order.refunds.select_related("requested_by").order_by("pk"),
        "shipments": order.shipments.prefetch_related("lines__line").order_by("pk"),
        "cases": order.cases.order_by("pk"),
        "order_settlements": _settlements(request, order),
        "notes": order.notes.select_related("by", "struck_by"),
        "events": timeline(order),
        "reasons": attention.reasons(request.access.merchant, [order], at=clock.now())[order.pk],
        "flags": Flag,
        "carriers": carriers.ALL,
        "refund_form": RefundForm(order=order, lefts=lefts),
        "shipping_left": refunds.left_of_shipping(order),
        "ship_form": ShipForm(open_lines=to_ship, auto_id="ship_%s"),
        "note_form": NoteForm(auto_id="note_%s"),
        "cancel_form": CancelForm(auto_id="cancel_%s"),  # the refund has a reason too
        **may(request, order, lefts, to_ship),
    }
    return render(request, PAGE, context | forms, status=status)


def _settlements(request: HttpRequest, order: Order) -> Iterable:
    if not request.access.may(Right.SETTLEMENT_VIEW):
        return ()
    return order.settlements.select_related("transfer", "statement").order_by("number")


def may(request: HttpRequest, order: Order, lefts: list[refunds.Left], to_ship: list) -> dict[str, bool]:
    """Return what this person can do with the order now."""
    ships, gives = request.access.may(Right.ORDERS_SHIP), request.access.may(Right.ORDERS_REFUND)
    return {
        "can_mark": ships,
        "can_ship": ships and bool(to_ship),
        "can_deliver": ships and order.state == OrderState.SHIPPED,
        "can_capture": gives,
        "can_cancel": gives and OrderState.CANCELLED in MOVES[order.state],
        "can_refund": gives
        and bool(order.paid_at)
        and order.state != OrderState.CANCELLED
        and (any(left.amount for left in lefts) or refunds.left_of_shipping(order) > ZERO),
    }


def home(request: HttpRequest, order: Order) -> HttpResponse:
    return redirect("orders:order", request.access.merchant.code, order.code)


@require_POST
@merchant_page(Right.ORDERS_SHIP)
def ship_one(request: HttpRequest, order: str) -> HttpResponse:
    """Send a parcel with the chosen units, or all that is left, on its way."""
    found = get(request, order)
    form = ShipForm(request.POST, open_lines=open_lines(found), auto_id="ship_%s")
    if not form.is_valid():
        return page(request, found, status=422, ship_form=form)
    parcel = {name: form.cleaned_data[name] for name in ("carrier", "tracking")}
    units = form.units()
    refusal = act(
        request.access, found, "order.ship",
        lambda *a, **k: ship(*a, **k, **parcel, lines=units), at=clock.now(), **parcel, units=units or {},
    )  # fmt: skip
    if refusal is None:
        messages.success(request, _("The parcel is on its way."))
    else:
        messages.error(request, SHIPPING_REFUSALS.get(refusal.code, _("This order cannot be shipped now.")))
    return home(request, found)


SHIPPING_REFUSALS = {
    "too_many_units": gettext_lazy("Fewer units are left to be sent."),
    "unknown_line": gettext_lazy("This order has no such line to be sent."),
}


@require_POST
@merchant_page(Right.ORDERS_SHIP)
def deliver_one(request: HttpRequest, order: str) -> HttpResponse:
    """Note that an order has arrived."""
    found = get(request, order)
    if act(request.access, found, "order.deliver", deliver, at=clock.now()) is None:
        messages.success(request, _("The order has arrived."))
    else:
        messages.error(request, _("This order is not on its way."))
    return home(request, found)


@require_POST
@merchant_page(Right.ORDERS_REFUND)
def cancel_one(request: HttpRequest, order: str) -> HttpResponse:
    """Cancel an order that was not shipped, and give back what was paid."""
    form, found, pending, at = CancelForm(request.POST), get(request, order), [], clock.now()
    if form.is_valid():
        reason = CancelReason(form.cleaned_data["reason"])
        refusal = act(
            request.access, found, "order.cancel",
            lambda *a, **k: pending.extend(cancel(*a, **k, reason=reason)), at=at, reason=reason,
        )  # fmt: skip
        if refusal is None:
            carry_out(request, pending)
            messages.success(request, _("The order is cancelled."))
        else:
            messages.error(request, _("This order cannot be cancelled any more."))
    else:
        messages.error(request, _("There is no such reason."))
    return home(request, found)


@require_POST
@merchant_page(Right.ORDERS_REFUND)
def refund(request: HttpRequest, order: str) -> HttpResponse:
    """Give back units, and shipping, of a paid order."""
    found, at = get(request, order), clock.now()
    form = RefundForm(request.POST, order=found, lefts=refunds.left_by_line(found))
    if not form.is_valid():
        return page(request, found, status=422, refund_form=form)
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
        form.add_error("shipping" if error.field == "shipping" else None, REFUSALS.get(error.code, str(error)))
        return page(request, found, status=422, refund_form=form)
    carry_out(request, written)
    return home(request, found)


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


@require_POST
@merchant_page(Right.ORDERS_REFUND)
def capture(request: HttpRequest, order: str) -> HttpResponse:
    """Take the money of an authorised payment of an order, or let it go."""
    found, at = get(request, order), clock.now()
    known = capturing.payments_of(request.access.merchant).filter(checkout=found.checkout_id)
    payment = known.filter(code=request.POST.get("payment", "").replace("\0", "")).first()
    is_void = request.POST.get("what") == "void"
    try:
        with transaction.atomic():
            if payment is None:
                raise capturing.CaptureRefused("unknown", "the order has no such payment")
            payment = (capturing.request_void if is_void else capturing.request_capture)(payment, at=at)
            record(request.access, "payment.void" if is_void else "payment.capture", target=found.code, at=at)
    except capturing.CaptureRefused:
        messages.error(request, _("This payment is not authorised any more."))
        return home(request, found)
    capturing.carry_out(payment, at=clock.now())
    messages.success(request, _("The provider has been told; see the payments below."))
    return home(request, found)


@require_POST
@merchant_page(Right.ORDERS_SHIP)
def note(request: HttpRequest, order: str) -> HttpResponse:
    """Write a note on an order."""
    found, at = get(request, order), clock.now()
    form = NoteForm(request.POST, auto_id="note_%s")
    if not form.is_valid():
        return page(request, found, status=422, note_form=form)
    with transaction.atomic():
        written = write_note(found, text=form.cleaned_data["text"], by=request.user, at=at)
        record(request.access, "order.note", target=found.code, at=at, note=written.code)
    return home(request, found)


@require_POST
@merchant_page(Right.ORDERS_SHIP)
def strike(request: HttpRequest, order: str, remark: str) -> HttpResponse:
    """Strike a note; it stays readable."""
    found, at = get(request, order), clock.now()
    written = get_object_or_404(own(OrderNote, request.access.merchant), order=found, code=remark)
    with transaction.atomic():
        if strike_note(written, by=request.user, at=at):
            record(request.access, "order.note", target=found.code, at=at, struck=written.code)
    return home(request, found)


@require_POST
@merchant_page(Right.ORDERS_SHIP)
def flag(request: HttpRequest, order: str) -> HttpResponse:
    """Mark an order with a flag, or take it off."""
    found, form, at = get(request, order), FlagForm(request.POST), clock.now()
    if form.is_valid():
        colour = form.cleaned_data["flag"]
        with transaction.atomic():
            if set_flag(own(Order, request.access.merchant).filter(pk=found.pk), colour):
                record(request.access, "order.flag", target=found.code, at=at, flag=colour)
    return home(request, found)
