"""The merchant's console: take the money of an authorised payment, all or a part of it, or let it go."""

from collections.abc import Callable
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chengfeng import clock
from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import merchant_page

from .. import capturing
from ..models import Payment

REFUSALS = {
    "not_authorised": gettext_lazy("This payment is not authorised any more, or is being captured or let go."),
    "too_much": gettext_lazy("That is more than is authorised."),
    "too_fine": gettext_lazy("That is finer than the smallest coin of the currency."),
    "nothing": gettext_lazy("Enter an amount above zero."),
}


class CaptureForm(forms.Form):
    """How much is captured; all that is authorised, if nothing is said."""

    amount = forms.DecimalField(max_digits=18, decimal_places=4, required=False)


@require_POST
@merchant_page(Right.ORDERS_REFUND)
def capture(request: HttpRequest, payment: str) -> HttpResponse:
    """Capture an authorised payment."""
    found, form = get(request, payment), CaptureForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Enter the amount as a number."))
        return home(request, found)
    wanted: Decimal = form.cleaned_data["amount"] or found.authorised
    done = act(request, found, "payment.capture", lambda *a, **k: capturing.request_capture(*a, **k, amount=wanted))
    if done and done.state == Payment.State.CAPTURED:
        messages.success(request, _("The money is captured."))
    return home(request, found)


@require_POST
@merchant_page(Right.ORDERS_REFUND)
def void(request: HttpRequest, payment: str) -> HttpResponse:
    """Let an authorised payment go."""
    found = get(request, payment)
    done = act(request, found, "payment.void", capturing.request_void)
    if done and done.state == Payment.State.VOIDED:
        messages.success(request, _("The money is free again; nothing was charged."))
    return home(request, found)


def get(request: HttpRequest, code: str) -> Payment:
    """Return the merchant's payment of that code, if it is one that is captured later; raises Http404."""
    return get_object_or_404(capturing.payments_of(request.access.merchant), code=code)


def act(request: HttpRequest, found: Payment, verb: str, ask: Callable) -> Payment | None:
    """Write down what is wanted and who wants it, then tell the provider; return the payment, or None if refused."""
    at = clock.now()
    try:
        with transaction.atomic():
            asked = ask(found, at=at)
            record(request.access, verb, target=found.code, at=at, amount=str(asked.to_capture or asked.amount))
    except capturing.CaptureRefused as error:
        messages.error(request, REFUSALS[error.code])
        return None
    done = capturing.carry_out(asked, at=at)
    if done.state == Payment.State.AUTHORISED:
        messages.warning(request, _("The provider has not answered yet; it will be asked again."))
    return done


def home(request: HttpRequest, found: Payment) -> HttpResponse:
    order = found.shares.select_related("order").get().order
    return redirect("orders:order", request.access.merchant.code, order.code)
