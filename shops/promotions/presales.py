"""Presales: goods sold ahead for a deposit now and a balance later; which are open, publishing and closing them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ..models import Merchant, Presale, Product, Variant
from ..people.audit import record
from ..tenancy import Access, own

State = Presale.State


class PresaleRefused(Exception):
    """The presale cannot be changed or published. Nothing was changed.

    `code` says why: `not_a_draft`, `is_over`, `overlaps` (another presale of the variant), `not_on_sale`.
    """

    def __init__(self, code: str):
        self.code = code
        super().__init__(code)


class Phase(models.TextChoices):
    DEPOSIT = "deposit", _("Deposits running")
    COMING = "coming", _("Coming")
    DRAFT = "draft", _("Draft")
    BALANCE = "balance", _("Waiting for balances")
    OVER = "over", _("Over")


def in_phase(presales: QuerySet[Presale], phase: Phase, *, at: datetime) -> QuerySet[Presale]:
    """Keep the presales that are in that phase at that time."""
    closed = Q(state=State.CLOSED) | Q(state=State.PLANNED, ends_at__lte=at)
    return presales.filter(
        {
            Phase.DEPOSIT: Q(state=State.PLANNED, starts_at__lte=at, ends_at__gt=at),
            Phase.COMING: Q(state=State.PLANNED, starts_at__gt=at),
            Phase.DRAFT: Q(state=State.DRAFT),
            Phase.BALANCE: closed & Q(balance_until__gt=at),
            Phase.OVER: closed & Q(balance_until__lte=at),
        }[phase]
    )


def phase_of(presale: Presale, *, at: datetime) -> Phase:
    if presale.state == State.DRAFT:
        return Phase.DRAFT
    if presale.state == State.CLOSED or presale.ends_at <= at:
        return Phase.BALANCE if presale.balance_until > at else Phase.OVER
    return Phase.COMING if presale.starts_at > at else Phase.DEPOSIT


def running(*, at: datetime) -> QuerySet[Presale]:
    """Return the presales that take deposits at that time, of open shops."""
    shown = Presale.objects.filter(merchant__state=Merchant.State.OPEN)
    return in_phase(shown, Phase.DEPOSIT, at=at)


def of_variants(variants: Collection[Variant], *, at: datetime) -> Mapping[int, Presale]:
    """Return the presales that take deposits for these variants at that time, by the variants' keys."""
    found = running(at=at).filter(variant__in=[variant.pk for variant in variants])
    return {presale.variant_id: presale for presale in found}


@transaction.atomic
def write(access: Access, presale: Presale | None, *, at: datetime, values: Mapping[str, Any]) -> Presale:
    """Make a draft, or change one. Raises PresaleRefused."""
    verb = "presale.edit" if presale else "presale.create"
    draft = _draft(access, presale) if presale else Presale(
        merchant=access.merchant, created_by=access.user, created_at=at
    )  # fmt: skip
    for name, value in values.items():
        setattr(draft, name, value)
    if draft.variant.merchant_id != draft.merchant_id:
        raise ValueError("a presale sells what its own merchant sells")
    draft.save()
    record(access, verb, target=draft.code, at=at, sku=draft.variant.sku, price=str(draft.price))
    return draft


@transaction.atomic
def discard(access: Access, presale: Presale, *, at: datetime) -> None:
    """Throw a draft away. Raises PresaleRefused."""
    _draft(access, presale).delete()
    record(access, "presale.discard", target=presale.code, at=at, title=presale.title)


@transaction.atomic
def publish(access: Access, presale: Presale, *, at: datetime) -> Presale:
    """Publish a draft: it takes deposits from when it starts. Raises PresaleRefused.

    The lock on the variant lets only one presale of it be published at a time.
    """
    draft = _draft(access, presale)
    variant = Variant.objects.select_for_update(of=("self",), no_key=True).select_related("product")
    _refuse_unfit(draft, variant.get(pk=draft.variant_id), at)
    draft.state = State.PLANNED
    draft.save(update_fields=["state"])
    record(access, "presale.publish", target=draft.code, at=at)
    return draft


def _draft(access: Access, presale: Presale) -> Presale:
    mine = own(Presale, access.merchant).filter(state=State.DRAFT)
    draft = mine.select_for_update(no_key=True).filter(pk=presale.pk).first()
    if draft is None:
        raise PresaleRefused("not_a_draft")
    return draft


def _refuse_unfit(draft: Presale, variant: Variant, at: datetime) -> None:
    if draft.ends_at <= at:
        raise PresaleRefused("is_over")
    if not variant.is_active or variant.product.state != Product.State.ACTIVE:
        raise PresaleRefused("not_on_sale")
    others = Presale.objects.filter(variant=variant, state=State.PLANNED)
    if others.filter(starts_at__lt=draft.ends_at, ends_at__gt=draft.starts_at).exists():
        raise PresaleRefused("overlaps")


@transaction.atomic
def close(access: Access, presale: Presale, *, at: datetime) -> bool:
    """Take no more deposits; return whether that was news. Orders with a deposit go on as agreed."""
    mine = own(Presale, access.merchant).filter(pk=presale.pk, state=State.PLANNED)
    is_news = bool(mine.update(state=State.CLOSED))
    if is_news:
        record(access, "presale.close", target=presale.code, at=at)
    return is_news
