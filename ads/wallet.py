"""The advertising wallet: its balance and statement, and money on its way into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal

from django.db import transaction
from django.db.models import QuerySet, Sum

from chengfeng import ledger, payments, sql
from chengfeng.codes import new_code
from chengfeng.models import Account, Entry
from chengfeng.money import ZERO, minor_unit
from chengfeng.periods import days_period, local_date
from shops.models import Merchant
from shops.onboarding.checklist import reach
from shops.onboarding.steps import Step
from shops.people.audit import record
from shops.tenancy import Access

from .models import Charge, TopUp

PACE_DAYS = 7
PATIENCE = timedelta(seconds=30)


class AmountRefused(ValueError):
    """A top-up must be positive and in whole coins of the wallet's currency."""


class CodeTaken(ValueError):
    """The code stands for another top-up already."""


def account(merchant: Merchant) -> Account:
    """Return the merchant's wallet account, opening it if needed."""
    return ledger.account(Account.Kind.WALLET, owner=merchant.code, currency=merchant.currency)


def balance(merchant: Merchant) -> Decimal:
    """Return what the merchant can still spend on ads, now."""
    return ledger.balance(account(merchant))


@dataclass(frozen=True, slots=True)
class Forecast:
    """How long a balance lasts: `pace` is the mean spend of the last full days with any, `days` None without pace."""

    balance: Decimal
    pace: Decimal
    days: int | None


def forecast(merchant: Merchant, *, at: datetime) -> Forecast:
    """Tell how many days the balance lasts at the pace of the last seven days, today not counted."""
    today = local_date(at, merchant.time_zone)
    recent = Charge.objects.filter(merchant=merchant, day__gte=today - timedelta(days=PACE_DAYS), day__lt=today)
    spent = recent.values("day").annotate(spent=Sum("amount")).values_list("spent", flat=True)
    left, pace = balance(merchant), sum(spent, ZERO) / (len(spent) or 1)
    days = int((left / pace).to_integral_value(ROUND_FLOOR)) if pace else None
    return Forecast(left, pace, days)


def statement(
    merchant: Merchant, *, kind: str = "", first: date | None = None, last: date | None = None
) -> QuerySet[Entry]:
    """Return the wallet's entries, newest first, of a kind (`top_up`, `charge`) and of local days, both included."""
    entries = Entry.objects.filter(account=account(merchant)).select_related("transfer").order_by("-pk")
    if kind:
        entries = entries.filter(transfer__kind=kind)
    if first:
        entries = entries.filter(transfer__at__gte=days_period(first, first, merchant.time_zone).start)
    if last:
        entries = entries.filter(transfer__at__lt=days_period(last, last, merchant.time_zone).end)
    return entries


def explained(entries: Sequence[Entry]) -> list[Entry]:
    """Set `balance_after` on entries of one wallet, what stood on it once each was posted, and `campaign_name`."""
    if not entries:
        return []
    lowest = min(entry.pk for entry in entries)
    params = {"account": entries[0].account_id, "lowest": lowest, "entries": [entry.pk for entry in entries]}
    after = dict(sql.rows(AFTER, params))
    charges = Charge.objects.filter(transfer__in=[entry.transfer_id for entry in entries])
    names = dict(charges.values_list("transfer_id", "campaign__name"))
    for entry in entries:
        entry.balance_after, entry.campaign_name = after[entry.pk], names.get(entry.transfer_id, "")
    return list(entries)


AFTER = """
SELECT id, after FROM (
    SELECT e.id, a.balance - sum(e.amount) OVER (ORDER BY e.id DESC) + e.amount AS after
    FROM chengfeng_entry e JOIN chengfeng_account a ON a.id = e.account_id
    WHERE e.account_id = %(account)s AND e.id >= %(lowest)s
) newer WHERE id = ANY(%(entries)s)
"""


@transaction.atomic
def open_top_up(*, access: Access, amount: Decimal, at: datetime, code: str = "") -> TopUp:
    """Write a pending top-up; `submit` then asks the provider, outside any transaction.

    The same code again returns the first top-up. Raises AmountRefused when the amount is not positive or finer than
    the currency's smallest coin, CodeTaken when the code stands for another top-up.
    """
    merchant = access.merchant
    if amount <= 0 or amount % minor_unit(merchant.currency):
        raise AmountRefused
    top_up, is_new = TopUp.objects.get_or_create(
        code=code or new_code("top"),
        defaults={
            "merchant": merchant, "amount": amount, "currency": merchant.currency, "requested_by": access.user,
            "requested_at": at,
        },
    )  # fmt: skip
    if (top_up.merchant_id, top_up.amount) != (merchant.pk, amount):
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
    elif outcome.state == "failed":
        top_up.state = TopUp.State.FAILED
    top_up.save()
    return top_up


def _credit(top_up: TopUp, at: datetime):
    outside = ledger.account(Account.Kind.OUTSIDE, currency=top_up.currency)
    entries = {outside: -top_up.amount, account(top_up.merchant): top_up.amount}
    return ledger.post(kind="top_up", reference=f"top_up:{top_up.code}", at=at, entries=entries)


def reconcile(*, at: datetime, limit: int = 100) -> int:
    """Ask the provider about top-ups that have been pending for a while; return how many were settled."""
    waiting = TopUp.objects.filter(state=TopUp.State.PENDING, requested_at__lte=at - PATIENCE)
    return sum(_reconciled(top_up, at) for top_up in waiting.order_by("requested_at", "pk")[:limit])


def _reconciled(top_up: TopUp, at: datetime) -> bool:
    try:
        outcome = payments.provider(top_up.provider).find(top_up.code)
    except payments.Unreachable:
        return False
    return settle(top_up.code, outcome, at=at).state != TopUp.State.PENDING
