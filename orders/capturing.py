"""Capturing: the merchant takes money that was authorised before, all or a part of it, or lets it go.

Like a payment: `request_capture` or `request_void` writes down what is wanted, `carry_out` tells the provider outside
any transaction, `payment.settle` applies what became of it. A worker carries out what no process has carried out.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from chengfeng import payments
from chengfeng.money import minor_unit
from shops.models import Merchant

from .models import Checkout, Payment
from .payment import settle


class CaptureRefused(Exception):
    """This cannot be captured or voided; `code` says why."""

    def __init__(self, code: str, message: str):
        self.code = code
        super().__init__(message)


def payments_of(merchant: Merchant) -> QuerySet[Payment]:
    """Return the payments of a merchant that are, or were, captured in a second step."""
    return Payment.objects.filter(captures_later=True, shares__order__merchant=merchant)


@transaction.atomic
def request_capture(payment: Payment, *, at: datetime, amount: Decimal | None = None) -> Payment:
    """Write down that an authorised payment is captured, all of it if no amount is given; return it.

    The same again changes nothing. Raises CaptureRefused: `not_authorised`, `too_much`, `too_fine`, `nothing`.
    """
    payment = _locked(payment)
    amount = payment.authorised if amount is None else amount
    if amount is not None and amount in (payment.to_capture, _captured(payment)):
        return payment
    _refuse_state(payment)
    _refuse_amount(payment, amount)
    payment.to_capture = amount
    payment.save(update_fields=["to_capture"])
    return payment


@transaction.atomic
def request_void(payment: Payment, *, at: datetime) -> Payment:
    """Write down that an authorised payment is let go; return it. Again changes nothing.

    Raises CaptureRefused: `not_authorised`.
    """
    payment = _locked(payment)
    if payment.is_voiding or payment.state == Payment.State.VOIDED:
        return payment
    _refuse_state(payment)
    payment.is_voiding = True
    payment.save(update_fields=["is_voiding"])
    return payment


def _locked(payment: Payment) -> Payment:
    Checkout.objects.select_for_update(no_key=True).get(pk=payment.checkout_id)
    return Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)


def _captured(payment: Payment) -> Decimal | None:
    return payment.amount if payment.captures_later and payment.state == Payment.State.CAPTURED else None


def _refuse_state(payment: Payment) -> None:
    if payment.state != Payment.State.AUTHORISED or payment.is_voiding or payment.to_capture is not None:
        raise CaptureRefused("not_authorised", "the payment is not authorised, or is being captured or voided")


def _refuse_amount(payment: Payment, amount: Decimal) -> None:
    if amount <= 0:
        raise CaptureRefused("nothing", "an amount above zero is captured")
    if amount > payment.authorised:
        raise CaptureRefused("too_much", f"only {payment.authorised} {payment.currency} are authorised")
    if amount % minor_unit(payment.currency):
        raise CaptureRefused("too_fine", f"{amount} is finer than {minor_unit(payment.currency)} {payment.currency}")


def carry_out(payment: Payment, *, at: datetime) -> Payment:
    """Have the provider do what was requested of an authorised payment, and return it as it stands then.

    Again is safe: the provider captures or voids once per payment code. Never call it inside a transaction.
    """
    if payment.state != Payment.State.AUTHORISED or not (payment.is_voiding or payment.to_capture is not None):
        return payment
    try:
        outcome = _tell(payment, at=at)
    except payments.Unreachable:
        return payment
    settle(payment.code, outcome, at=at)
    return Payment.objects.get(pk=payment.pk)


def _tell(payment: Payment, *, at: datetime) -> payments.Outcome:
    provider, known = payments.provider(payment.provider), payment.provider_reference
    if payment.is_voiding:
        return provider.void(reference=payment.code, authorisation=known, at=at)
    return provider.capture(
        reference=payment.code, authorisation=known, amount=payment.to_capture, currency=payment.currency, at=at
    )
