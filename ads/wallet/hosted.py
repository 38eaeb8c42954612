"""Top-ups on a page of the provider's own: opened, found again, given up; the outcome is settled like any other."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from chengfeng import payments

from ..models import TopUp
from .topping_up import settle

PROVIDER = "stripe"


class NoPage(Exception):
    """The provider opened no page; nothing was charged."""


def is_offered() -> bool:
    """Whether wallets can be topped up on the page of a provider."""
    return PROVIDER in settings.TOP_UPS_BY


def open_page(top_up: TopUp, *, title: str, at: datetime) -> str:
    """Return the address of the page on which a pending top-up is paid, opening it if needed. Raises NoPage."""
    if top_up.provider_reference:
        return address(top_up)
    back = f"{settings.BASE_URL}{reverse('ads:wallet', args=[top_up.merchant.code])}?back={top_up.code}"
    try:
        page = payments.provider(top_up.provider).open_page(
            reference=top_up.code, amount=top_up.amount, currency=top_up.currency, title=title, return_to=back, at=at
        )
    except (payments.Unreachable, payments.Refused) as error:
        settle(top_up.code, payments.Outcome("failed", failure="no_page"), at=at)
        raise NoPage from error
    settle(top_up.code, payments.Outcome("pending", page.known), at=at)
    return page.address


def waits_on_page(top_up: TopUp) -> bool:
    """Whether a top-up is to be paid on a page of its provider."""
    known = top_up.provider_reference or ""
    return top_up.state == TopUp.State.PENDING and top_up.provider == PROVIDER and _provider(top_up).is_page(known)


def address(top_up: TopUp) -> str:
    """Return the address of the page on which a top-up waits. Raises NoPage when it is closed or not reached."""
    try:
        found = _provider(top_up).page(top_up.provider_reference)
    except payments.Unreachable as error:
        raise NoPage from error
    if not found:
        raise NoPage
    return found


def give_up(top_up: TopUp, *, at: datetime) -> bool:
    """Close the page of a top-up; return whether its outcome is known now."""
    try:
        outcome = _provider(top_up).close_page(top_up.provider_reference)
    except payments.Unreachable:
        return False
    return settle(top_up.code, outcome, at=at).state != TopUp.State.PENDING


def _provider(top_up: TopUp) -> payments.PagedProvider:
    return payments.provider(top_up.provider)
