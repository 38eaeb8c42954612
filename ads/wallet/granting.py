"""Grants: advertising money that the platform gives, each in an account of its own, until it is spent or expires."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import DecimalField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from chengfeng import ledger
from chengfeng.codes import new_code
from chengfeng.models import Account
from chengfeng.money import ZERO, minor_unit
from shops.models import Merchant, User
from shops.people.audit import record
from shops.tenancy import Access, own

from ..models import Campaign, Grant
from .cash import account
from .topping_up import AmountRefused


class AlreadyGiven(ValueError):
    """The reference stands for another grant already."""


class OutOfTime(ValueError):
    """A grant must expire after it starts, and in the future."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """What is to be given: to whom, how much, for what, why and until when; `reference` names the fact, once."""

    merchant: Merchant
    amount: Decimal
    reason: str
    expires_at: datetime
    starts_at: datetime | None = None
    kind: str = Grant.Kind.GRANT
    objective: str = ""
    campaign: Campaign | None = None
    reference: str = ""


@transaction.atomic
def give(gift: Gift, *, at: datetime, by: User | None = None) -> Grant:
    """Give a grant; the same reference for the same merchant, amount and kind again returns the first.

    Raises AmountRefused, OutOfTime, AlreadyGiven.
    """
    merchant, starts_at = gift.merchant, gift.starts_at or at
    if gift.amount <= 0 or gift.amount % minor_unit(merchant.currency):
        raise AmountRefused
    if gift.expires_at <= max(starts_at, at):
        raise OutOfTime
    code = new_code("gra")
    reference = gift.reference or f"grant:{code}"
    known = Grant.objects.filter(reference=reference).first()
    if known:
        return _same(known, gift)
    account(merchant)  # it is locked by every charge, also where only grants pay
    grant = Grant(
        code=code, merchant=merchant, kind=gift.kind, amount=gift.amount, currency=merchant.currency,
        objective=gift.objective, campaign=gift.campaign, reason=gift.reason, reference=reference,
        starts_at=starts_at, expires_at=gift.expires_at, given_by=by, given_at=at,
    )  # fmt: skip
    given = ledger.account(Account.Kind.GIVEN, currency=merchant.currency)
    entries = {given: -gift.amount, pot(grant): gift.amount}
    grant.transfer = ledger.post(kind="grant", reference=f"grant:{code}", at=at, entries=entries)
    grant.save(force_insert=True)
    access = Access(merchant, frozenset(), by)
    record(access, "wallet.grant", target=code, at=at, amount=str(gift.amount), kind=gift.kind, reason=gift.reason)
    return grant


def _same(known: Grant, gift: Gift) -> Grant:
    if (known.merchant_id, known.amount, known.kind) != (gift.merchant.pk, gift.amount, gift.kind):
        raise AlreadyGiven(known.reference)
    return known


def pot(grant: Grant) -> Account:
    """Return the ledger account of a grant."""
    return ledger.account(Account.Kind.GRANT, owner=grant.code, currency=grant.currency)


def grants(merchant: Merchant) -> QuerySet[Grant]:
    """Return the merchant's grants with what is left of each (`left`), those that expire next first."""
    return with_rest(own(Grant, merchant)).select_related("campaign").order_by("expires_at", "pk")


def live(merchant: Merchant, *, at: datetime) -> QuerySet[Grant]:
    """Return the merchant's grants that are not over and hold something, those to begin later among them."""
    return grants(merchant).filter(expired_at=None, expires_at__gt=at, left__gt=0)


def with_rest(found: QuerySet[Grant]) -> QuerySet[Grant]:
    """Set on grants what is left of each (`left`)."""
    kept = Account.objects.filter(kind=Account.Kind.GRANT, owner=OuterRef("code"), currency=OuterRef("currency"))
    return found.annotate(left=Coalesce(Subquery(kept.values("balance")), ZERO, output_field=DecimalField()))


def expire_due(*, at: datetime, limit: int = 500) -> int:
    """Return what is left of grants that are over to the platform; return how many there were."""
    due = Grant.objects.filter(Q(expires_at__lte=at), expired_at=None).order_by("expires_at", "pk")
    return sum(_expire(pk, at) for pk in list(due.values_list("pk", flat=True)[:limit]))


@transaction.atomic
def _expire(pk: int, at: datetime) -> bool:
    """Close one grant, its account locked so that nobody spends or returns to it meanwhile."""
    grant = Grant.objects.get(pk=pk)
    left = Account.objects.select_for_update(of=("self",), no_key=True).get(pk=pot(grant).pk).balance
    if not Grant.objects.filter(pk=pk, expired_at=None).update(expired_at=at):
        return False
    if left:
        given = ledger.account(Account.Kind.GIVEN, currency=grant.currency)
        reference = f"grant_expiry:{grant.code}"
        ledger.post(kind="grant_expiry", reference=reference, at=at, entries={pot(grant): -left, given: left})
    return True
