"""Payouts: one operator prepares a batch, another approves it, a job has the provider send the money.

The money leaves what is due to a merchant when the batch is approved, so it can be promised once only; what the bank
sends back becomes due again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from chengfeng import clock, ledger, outbox, payments
from chengfeng.jobs import Report
from chengfeng.models import Account, Job, Transfer
from chengfeng.money import ZERO, minor_unit
from shops.models import Merchant, User
from shops.people.audit import record
from shops.tenancy import Access

from . import payable
from .models import BankAccount, Payout, PayoutBatch, PayoutReturn
from .terms import agreed

State = Payout.State
PATIENCE = timedelta(seconds=30)
LIMIT = 200
NO_ACCOUNT, ACCOUNT_WAITS, PREPARED, TOO_LITTLE = "no_account", "account_waits", "prepared", "too_little"


class NothingToPay(Exception):
    """No merchant can be paid out in that currency now."""


class NotAwaiting(Exception):
    """The batch was approved or withdrawn before."""


class SamePerson(Exception):
    """Who prepared a batch does not approve it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A merchant to whom something is due; `obstacle` says why it is not paid out now, empty where it can be."""

    merchant: Merchant
    due: Decimal
    amount: Decimal
    account: BankAccount | None
    obstacle: str


def candidates(*, currency: str, at: datetime) -> list[Candidate]:
    """Return every merchant to whom money is due in that currency, the largest sum first."""
    owners = Account.objects.filter(kind=Account.Kind.PAYABLE, currency=currency).values("owner")
    found = _candidates(list(Merchant.objects.filter(code__in=owners)), currency=currency, at=at)
    return sorted(found, key=lambda candidate: (-candidate.due, candidate.merchant.pk))


def next_of(merchant: Merchant, *, currency: str, at: datetime) -> Candidate | None:
    """Return what the next batch would pay to a merchant, or what keeps it from that; None where nothing is due."""
    return next(iter(_candidates([merchant], currency=currency, at=at)), None)


def _candidates(merchants: Sequence[Merchant], *, currency: str, at: datetime) -> list[Candidate]:
    dues = payable.due(merchants, currency=currency)
    with_money = [merchant for merchant in merchants if dues.get(merchant.code, ZERO) > 0]
    accounts = {
        account.merchant_id: account
        for account in BankAccount.objects.filter(merchant__in=with_money, replaced_at=None)
    }
    prepared = set(
        Payout.objects.filter(merchant__in=with_money, currency=currency, state=State.PREPARED).values_list(
            "merchant", flat=True
        )
    )
    terms = agreed(with_money, at=at)
    return [
        _candidate(
            merchant, dues[merchant.code], accounts.get(merchant.pk), merchant.pk in prepared,
            terms[merchant.pk].payout_minimum, currency=currency, at=at,
        )
        for merchant in with_money
    ]  # fmt: skip


def _candidate(
    merchant: Merchant,
    due: Decimal,
    account: BankAccount | None,
    is_prepared: bool,
    minimum: Decimal,
    *,
    currency: str,
    at: datetime,
) -> Candidate:
    amount = due.quantize(minor_unit(currency), rounding=ROUND_DOWN)
    obstacles = {
        PREPARED: is_prepared,
        TOO_LITTLE: amount < minimum or not amount,
        NO_ACCOUNT: account is None,
        ACCOUNT_WAITS: account and account.usable_at > at,
    }
    return Candidate(merchant, due, amount, account, next((why for why, so in obstacles.items() if so), ""))


@transaction.atomic
def prepare(*, currency: str, by: User, at: datetime) -> PayoutBatch:
    """Write a batch of everything that can be paid out in that currency; raises NothingToPay.

    Of two prepared at once each merchant is in one.
    """
    payable.hold_still([candidate.merchant.pk for candidate in candidates(currency=currency, at=at)])
    chosen = [candidate for candidate in candidates(currency=currency, at=at) if not candidate.obstacle]
    if not chosen:
        raise NothingToPay
    batch = PayoutBatch.objects.create(currency=currency, prepared_by=by, prepared_at=at)
    Payout.objects.bulk_create(
        Payout(
            batch=batch, merchant=candidate.merchant, bank_account=candidate.account, amount=candidate.amount,
            currency=currency, provider=settings.PAYOUT_PROVIDER,
        )
        for candidate in chosen
    )  # fmt: skip
    return batch


@transaction.atomic
def withdraw(batch: PayoutBatch, *, by: User, at: datetime) -> None:
    """Give up a batch that nobody has approved; again changes nothing. Raises NotAwaiting when it was approved."""
    waiting = PayoutBatch.objects.filter(pk=batch.pk, state=PayoutBatch.State.PREPARED)
    if waiting.update(state=PayoutBatch.State.WITHDRAWN, withdrawn_by=by, withdrawn_at=at):
        batch.payouts.update(state=State.LEFT_OUT, reason="withdrawn")
    elif not PayoutBatch.objects.filter(pk=batch.pk, state=PayoutBatch.State.WITHDRAWN).exists():
        raise NotAwaiting


@transaction.atomic
def approve(batch: PayoutBatch, *, by: User, at: datetime) -> list[Payout]:
    """Send the batch's payouts on their way: take each out of what is due to its merchant, and return them.

    A payout is left out when less is due by now than it pays, or the merchant has changed its bank account. Raises
    SamePerson when the one who prepared it asks, NotAwaiting when it was approved or withdrawn before.
    """
    if batch.prepared_by_id == by.pk:
        raise SamePerson
    waiting = PayoutBatch.objects.filter(pk=batch.pk, state=PayoutBatch.State.PREPARED)
    if not waiting.update(state=PayoutBatch.State.APPROVED, approved_by=by, approved_at=at):
        raise NotAwaiting
    payable.hold_still(batch.payouts.values_list("merchant", flat=True))
    payouts = list(batch.payouts.select_related("merchant", "bank_account").order_by("merchant_id"))
    dues = payable.due([payout.merchant for payout in payouts], currency=batch.currency)
    sent = send([payout for payout in payouts if not _left_out(payout, dues)], by=by, at=at)
    Payout.objects.bulk_update([p for p in payouts if p.state == State.LEFT_OUT], ["state", "reason"])
    return sent


def _left_out(payout: Payout, dues: Mapping[str, Decimal]) -> bool:
    """Whether a payout must wait for another batch; it is marked so."""
    if payout.bank_account.replaced_at:
        payout.state, payout.reason = State.LEFT_OUT, "account_changed"
    elif dues.get(payout.merchant.code, ZERO) < payout.amount:
        payout.state, payout.reason = State.LEFT_OUT, "less_due"
    return payout.state == State.LEFT_OUT


def send(payouts: Sequence[Payout], *, by: User, at: datetime) -> list[Payout]:
    """Post the payouts and mark them as on their way, on record; what is due to their merchants must be held still."""
    if not payouts:
        return []
    for payout, transfer in zip(payouts, _post(payouts, at=at), strict=True):
        payout.state, payout.sent_at, payout.transfer = State.SENDING, at, transfer
    Payout.objects.bulk_update(payouts, ["state", "sent_at", "transfer"])
    for payout in payouts:
        access = Access(payout.merchant, frozenset(), by)
        record(access, "settlement.payout", target=payout.code, at=at, amount=str(payout.amount))
    return list(payouts)


def _post(payouts: Sequence[Payout], *, at: datetime) -> list[Transfer]:
    return ledger.post_many(
        [ledger.Posting("payout", f"payout:{payout.code}", at, _entries(payout)) for payout in payouts]
    )


def _entries(payout: Payout, *, sign: int = 1) -> dict[Account, Decimal]:
    """Return what a payout moves, from what is due to the merchant to the outside; -1 is the way back."""
    owed = ledger.account(Account.Kind.PAYABLE, owner=payout.merchant.code, currency=payout.currency)
    outside = ledger.account(Account.Kind.OUTSIDE, currency=payout.currency)
    return {owed: -sign * payout.amount, outside: sign * payout.amount}


def run(job: Job, report: Report) -> dict:
    """Have payouts sent that nobody has sent, and find out about the others; the job kind `carry_out_payouts`."""
    return {"payouts": carry_out_all(at=clock.now(), report=report)}


def carry_out_all(*, at: datetime, report: Report | None = None) -> int:
    """Carry out what is on its way and was not asked for within the last half minute; return how much ended."""
    ready = Q(asked_at=None) | Q(asked_at__lte=at - PATIENCE)
    waiting = Payout.objects.filter(ready, state=State.SENDING).select_related("bank_account").order_by("sent_at", "pk")
    ended = 0
    for tried, payout in enumerate(waiting[:LIMIT], 1):
        ended += carry_out(payout, at=at)
        if report:
            report(tried)
    return ended


def carry_out(payout: Payout, *, at: datetime) -> bool:
    """Have the provider send a payout and settle what it answers; return whether it came to an end by that.

    Again is safe: the provider sends once per payout code. Never call it inside a transaction.
    """
    Payout.objects.filter(pk=payout.pk).update(asked_at=at)
    try:
        outcome = _ask(payout, at=at)
    except payments.Unreachable:
        return False
    return settle(payout.code, outcome, at=at)


def _ask(payout: Payout, *, at: datetime) -> payments.Outcome:
    """Find out what became of a payout that was asked for before; ask for one that never arrived."""
    provider = payments.provider(payout.provider)
    if payout.asked_at:
        found = provider.find(payout.code)
        if (found.state, found.failure) != ("failed", "unknown"):
            return found
    account = {"holder": payout.bank_account.holder, "bank": payout.bank_account.bank}
    return provider.pay_out(
        reference=payout.code, amount=payout.amount, currency=payout.currency,
        account={**account, "number": payout.bank_account.number}, at=at,
    )  # fmt: skip


@transaction.atomic
def settle(code: str, outcome: payments.Outcome, *, at: datetime) -> bool:
    """Apply what became of a payout; return whether that was news. Raises Payout.DoesNotExist.

    One that failed, even after it was said to be paid, came back: its money is due to the merchant again.
    """
    locked = Payout.objects.select_related("merchant").select_for_update(of=("self",), no_key=True)
    payout = locked.get(code=code)
    if outcome.state == "succeeded" and payout.state == State.SENDING:
        payout.state, payout.paid_at = State.PAID, at
        payout.provider_reference = outcome.provider_reference or None
        payout.save(update_fields=["state", "paid_at", "provider_reference"])
        _tell("settlement.paid_out", payout, at=at)
        return True
    if outcome.state == "failed" and payout.state in (State.SENDING, State.PAID):
        _come_back(payout, outcome.failure, at=at)
        return True
    return False


def _come_back(payout: Payout, reason: str, *, at: datetime) -> None:
    """Make the money of a payout due to its merchant again."""
    reference, entries = f"payout:{payout.code}:back", _entries(payout, sign=-1)
    transfer = ledger.post(kind="payout", reference=reference, at=at, entries=entries)
    PayoutReturn.objects.create(
        payout=payout, merchant=payout.merchant, reason=reason[:80], returned_at=at, transfer=transfer
    )
    payout.state = State.RETURNED
    payout.save(update_fields=["state"])
    _tell("settlement.came_back", payout, at=at)


def _tell(topic: str, payout: Payout, *, at: datetime) -> None:
    told = {"merchant": payout.merchant.code, "payout": payout.code}
    outbox.publish(topic, key=payout.code, payload=told, at=at)
