"""What somebody wants to buy: the variants, from where their units come, and whether there are any."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet, TextField

from chengfeng.prepared import OneOf, Prepared
from shops.catalogue import stock
from shops.models import FlashItem, ShippingTemplate, Variant
from shops.promotions import flash, running

from .models import Terms
from .sellable import is_on_sale


class CheckoutRefused(Exception):
    """What is wanted makes no checkout; nothing was placed."""


class UnknownVariant(CheckoutRefused):
    """There is no variant of this code."""

    def __init__(self, code: str):
        self.code = code
        super().__init__(code)


class MixedCurrencies(CheckoutRefused):
    """One checkout is paid in one currency; `currencies` are those that were wanted."""

    def __init__(self, currencies: Iterable[str]):
        self.currencies = sorted(currencies)
        super().__init__(", ".join(self.currencies))


@dataclass(frozen=True, slots=True)
class Pick:
    """Units of a variant from the shelf, or from a flash sale's own stock if there is an item."""

    variant: Variant
    quantity: int
    flash_item: FlashItem | None = None

    @property
    def unit_price(self) -> Decimal:
        return self.flash_item.price if self.flash_item else self.variant.price

    @property
    def list_price(self) -> Decimal | None:
        """The unit price before any reduction, where there is one to show."""
        before = self.variant.list_price or self.variant.price
        return before if before > self.unit_price else None

    @property
    def available(self) -> int:
        """Units that could be had now."""
        if not is_on_sale(self.variant):
            return 0
        return self.flash_item.left if self.flash_item else self.variant.available


SEEN = ("is_promoted", "is_in_flash", "has_template", "has_own_rate")


def seen(prefix: str = "") -> dict[str, Exists]:
    """Return annotations of variants that tell where there is nothing to ask for.

    They are promotions, flash sales with units left, shipping templates, and commission rates agreed with the
    merchant. `prefix` leads from the rows that are read to their variants.
    """
    templates = ShippingTemplate.objects.filter(merchant=OuterRef(f"{prefix}merchant"), archived_at=None)
    items = FlashItem.objects.filter(variant=OuterRef(f"{prefix}pk"), is_open=True, left__gt=0)
    rates = Terms.objects.filter(merchant=OuterRef(f"{prefix}merchant"), commission_rate__isnull=False)
    return {
        "is_promoted": running.is_promoted(f"{prefix}merchant"),
        "is_in_flash": Exists(items),
        "has_template": Exists(templates),
        "has_own_rate": Exists(rates),
    }


def any_of(variants: Iterable[Variant], name: str) -> bool:
    """Whether one of the variants has what an annotation of `seen` tells; those read without it may have."""
    return any(getattr(variant, name, True) for variant in variants)


def variants(codes: Sequence[str]) -> Mapping[str, Variant]:
    """Return the variants by code with all that an order takes from them; raises UnknownVariant."""
    found = {variant.code: variant for variant in _variants(codes=list(codes))}
    missing = next((code for code in codes if code not in found), None)
    if missing:
        raise UnknownVariant(missing)
    return found


@Prepared
def _variants() -> QuerySet[Variant]:
    loaded = Variant.objects.select_related("product__category", "merchant").annotate(**seen())
    return loaded.filter(OneOf("code", "codes", TextField()))


def pick(lines: Sequence[tuple[Variant, int]], *, at: datetime) -> list[Pick]:
    """Return where the units of each line come from: a flash sale that runs, or the shelf."""
    goods = [variant for variant, _ in lines]
    items = flash.running(goods, at=at) if any_of(goods, "is_in_flash") else {}
    return [Pick(variant, quantity, items.get(variant.pk)) for variant, quantity in lines]


def refuse_missing(picks: Iterable[Pick]) -> None:
    """Raise OutOfStock for what is not on sale, or was sold out when the variants were read.

    It spares those who come too late the way to the lock; whether there is enough, the hold alone decides.
    """
    missing = [(each.variant, each.available) for each in picks if each.available < each.quantity]
    if missing:
        raise stock.OutOfStock(missing)
