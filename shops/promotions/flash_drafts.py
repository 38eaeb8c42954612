"""Drafts of flash sales: made, changed and thrown away until they are published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from ..models import FlashItem, FlashSale, Variant
from ..people.audit import record
from ..tenancy import Access, own

MOST_ITEMS = 200


class NotADraft(Exception):
    """The sale is published, or closed. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A variant as a flash sale shall have it."""

    variant: Variant
    price: Decimal
    quantity: int
    per_buyer: int | None = None


@transaction.atomic
def write(
    access: Access, sale: FlashSale | None, *, at: datetime, values: Mapping[str, Any], items: Sequence[Offered]
) -> FlashSale:
    """Make a draft, or change one: it has exactly these items then. Raises NotADraft."""
    verb = "flash_sale.edit" if sale else "flash_sale.create"
    fresh = FlashSale(merchant=access.merchant, created_by=access.user, created_at=at)
    draft = _locked(access, sale) if sale else fresh
    for name, value in values.items():
        setattr(draft, name, value)
    draft.save()
    _offer(draft, items)
    prices = {offered.variant.sku: str(offered.price) for offered in items}
    record(access, verb, target=draft.code, at=at, title=draft.title, prices=prices)
    return draft


@transaction.atomic
def discard(access: Access, sale: FlashSale, *, at: datetime) -> None:
    """Throw a draft away. Raises NotADraft."""
    draft = _locked(access, sale)
    draft.items.all().delete()
    draft.delete()
    record(access, "flash_sale.discard", target=sale.code, at=at, title=sale.title)


def _locked(access: Access, sale: FlashSale) -> FlashSale:
    drafts = own(FlashSale, access.merchant).filter(state=FlashSale.State.DRAFT)
    draft = drafts.select_for_update().filter(pk=sale.pk).first()
    if draft is None:
        raise NotADraft
    return draft


def _offer(sale: FlashSale, items: Sequence[Offered]) -> None:
    if any(offered.variant.merchant_id != sale.merchant_id for offered in items):
        raise ValueError("a flash sale offers what its own merchant sells")
    sale.items.exclude(variant__in=[offered.variant for offered in items]).delete()
    rows = [
        FlashItem(
            sale=sale, merchant_id=sale.merchant_id, variant=offered.variant, price=offered.price,
            quantity=offered.quantity, per_buyer=offered.per_buyer,
        )
        for offered in items
    ]  # fmt: skip
    FlashItem.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["sale", "variant"],
        update_fields=["price", "quantity", "per_buyer"],
    )  # fmt: skip
