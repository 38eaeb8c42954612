"""Money on its way into a wallet: written down, taken by a payment provider, credited once."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from chengfeng import ledger, payments
from chengfeng.codes import new_code
from chengfeng.models import Account, Transfer
from chengfeng.money import minor_unit
from shops.onboarding.checklist import reach
from shops.onboarding.steps import Step
from shops.people.audit import record
from shops.tenancy import Access

from ..models import TopUp
from .cash import account

PATIENCE = timedelta(seconds=30)


class AmountRefused(ValueError):
    """An amount must be positive and in whole coins of the wallet's currency."""


class CodeTaken(ValueError):
    """The code stands for another top-up already."""


class NotOffered(ValueError):
    """Wallets are not topped up by that provider here."""


@transaction.atomic
def open_top_up(*, access: Access, amount: Decimal, at: datetime, code: str = "", provider: str = "") -> TopUp:
    """Write a pending top-up; `submit` (or `hosted.open_page`) then asks the provider, outside any transaction.

    The same code again returns the first top-up. The provider is the first of settings.TOP_UPS_BY unless named.

    Raises AmountRefused when the amount is not positive or finer than the currency's smallest coin, CodeTaken when
    the code stands for another top-up, NotOffered when the settings do not offer that provider.
    """
    merchant, provider = access.merchant, provider or settings.TOP_UPS_BY[0]
    if amount <= 0 or amount % minor_unit(merchant.currency):
        raise AmountRefused
    if provider not in settings.TOP_UPS_BY:
        raise NotOffered(provider)
    top_up, is_new = TopUp.objects.get_or_create(
        code=code or new_code("top"),
        defaults={
            "merchant": merchant, "amount": amount, "currency": merchant.currency, "provider": provider,
            "requested_by": access.user, "requested_at": at,
        },
    )  # fmt: skip
    if (top_up.merchant_id, top_up.amount, top_up.provider) != (merchant.pk, amount, provider):
        raise CodeTaken
    if is_new:
        record(access, "wallet.top_up", target=top_up.code, at=at, amount=str(amount))
    return top_up


def submit(code: str, *, source: str, at: datetime) -> TopUp:
    """Have the provider charge a pending top-up and settle what it answers; a settled one is returned as it is.

    One whose provider does not answer stays pending until its webhook or `reconcile` tells.
    """
    top_up = TopUp.objects.get(code=code)
    if top_up.state != TopUp.State.PENDING:
        return top_up
    provider = payments.provider(top_up.provider)
    try:
        outcome = provider.charge(
            reference=top_up.code, amount=top_up.amount, currency=top_up.currency, source=source, at=at
        )
    except payments.Unreachable:
        return top_up
    return settle(code, outcome, at=at)


@transaction.atomic
def settle(code: str, outcome: payments.Outcome, *, at: datetime) -> TopUp:
    """Apply what the provider says of a top-up: credit the wallet once, or mark it failed; repeats change nothing."""
    top_up = TopUp.objects.select_for_update(of=("self",)).select_related("merchant").get(code=code)
    if top_up.state == TopUp.State.DONE:
        return top_up
    top_up.provider_reference = outcome.provider_reference or top_up.provider_reference
    if outcome.state == "succeeded":
        top_up.transfer = _credit(top_up, at)
        top_up.state, top_up.done_at = TopUp.State.DONE, at
        reach(top_up.merchant, Step.WALLET, at=at, by=top_up.requested_by, fact=top_up.code)
    elif outcome.state in ("failed", "voided"):
        top_up.state = TopUp.State.FAILED
    top_up.save()
    return top_up


def _credit(top_up: TopUp, at: datetime) -> Transfer:
    outside = ledger.account(Account.Kind.OUTSIDE, currency=top_up.currency)
    entries = {outside: -top_up.amount, account(top_up.merchant): top_up.amount}
    return ledger.post(kind="top_up", reference=f"top_up:{top_up.code}", at=at, entries=entries)


def reconcile(*, at: datetime, limit: int = 100) -> int:
    """Ask the provider about top-ups that have been pending for a while; return how many were settled."""
    waiting = TopUp.objects.filter(state=TopUp.State.PENDING, requested_at__lte=at - PATIENCE)
    return sum(look(top_up, at=at) for top_up in waiting.order_by("requested_at", "pk")[:limit])


def look(top_up: TopUp, *, at: datetime) -> bool:
    """Ask what became of a pending top-up; return whether it is settled now."""
    try:
        outcome = payments.provider(top_up.provider).find(
            top_up.code, known=top_up.provider_reference or "", since=top_up.requested_at
        )
    except payments.Unreachable:
        return False
    return settle(top_up.code, outcome, at=at).state != TopUp.State.PENDING
