"""Announced reductions: by how much a price lies below the list price, and what it was at its lowest of late."""

from collections.abc import Collection
from datetime import datetime

from shops.models import Variant
from shops.promotions import lows


def mark(variants: Collection[Variant], *, at: datetime) -> None:
    """Give each variant, whose `flash` is known, `off`, the part of the other price that is taken off, and `lowest`.

    That is the lowest price of the 30 days before the present one, None where nothing is announced.
    """
    lowest = lows.lowest_before(variants, at=at)
    for variant in variants:
        now, other = (variant.flash.price, variant.price) if variant.flash else (variant.price, variant.list_price)
        variant.off = round(now / other - 1, 2) if lows.is_reduced(variant) else None
        variant.lowest = lowest.get(variant.pk)
