"""Announced reductions: by how much a price lies below the list price, and what it was at its lowest of late."""

from collections.abc import Collection

from shops.catalogue import prices
from shops.models import Variant


def mark(variants: Collection[Variant]) -> None:
    """Give each variant `off`, the part of the list price that is taken off, and `lowest` of the 30 days before."""
    lowest = prices.lowest_before(variants)
    for variant in variants:
        is_reduced = variant.list_price is not None and variant.list_price > variant.price
        variant.off = round(variant.price / variant.list_price - 1, 2) if is_reduced else None
        variant.lowest = lowest.get(variant.pk)
