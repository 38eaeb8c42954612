"""Payments on a page of the provider's own: opened, returned from, given up; its outcome is settled like any other."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from chengfeng import payments

from . import payment
from .models import Checkout, Payment

PROVIDER = "stripe"
METHOD = "card"


class NoPage(Exception):
    """The provider opened no page; nothing was charged."""


def is_offered() -> bool:
    """Whether shoppers can pay on the page of a provider."""
    return PROVIDER in settings.SHOPPERS_PAY_BY


def open_page(checkout: Checkout, *, title: str, at: datetime) -> str:
    """Begin a payment of all that is left and return the address of the page on which the shopper makes it.

    Raises PaymentRefused as `payment.begin` does, and NoPage.
    """
    begun = payment.begin(checkout, provider=PROVIDER, method=METHOD, at=at)
    back = f"{settings.BASE_URL}{reverse('orders:pay', args=[checkout.code])}?back={begun.code}"
    try:
        page = payments.provider(PROVIDER).open_page(
            reference=begun.code, amount=begun.amount, currency=begun.currency, title=title, return_to=back, at=at
        )
    except (payments.Unreachable, payments.Refused) as error:
        payment.settle(begun.code, payments.Outcome("failed", failure="no_page"), at=at)
        raise NoPage from error
    payment.settle(begun.code, payments.Outcome("pending", page.known), at=at)
    return page.address


def on_page(checkout: Checkout) -> Payment | None:
    """Return the payment of a checkout that waits on a page, if there is one."""
    waiting = payment.pending(checkout).filter(provider=PROVIDER, provider_reference__isnull=False)
    return next((one for one in waiting if payments.provider(PROVIDER).is_page(one.provider_reference)), None)


def address(waiting: Payment) -> str:
    """Return the address of the page on which a payment waits, or nothing when it is closed or not reached."""
    try:
        return payments.provider(PROVIDER).page(waiting.provider_reference)
    except payments.Unreachable:
        return ""


def look(waiting: Payment, *, at: datetime) -> bool:
    """Ask what became of a payment whose shopper has come back from the page; return whether that is news."""
    try:
        outcome = payments.provider(PROVIDER).find(
            waiting.code, known=waiting.provider_reference, since=waiting.created_at
        )
    except payments.Unreachable:
        return False
    return payment.settle(waiting.code, outcome, at=at)


def give_up(waiting: Payment, *, at: datetime) -> bool:
    """Close the page of a payment, so that the shopper can pay otherwise; return whether its outcome is known now."""
    try:
        outcome = payments.provider(PROVIDER).close_page(waiting.provider_reference)
    except payments.Unreachable:
        return False
    return payment.settle(waiting.code, outcome, at=at)
