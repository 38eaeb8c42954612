"""The shop window: what shoppers are shown of flash sales and presales, on cards and pages."""

from collections.abc import Collection
from datetime import datetime
from itertools import groupby

from django.db.models import F, QuerySet

from ..models import FlashItem, FlashSale, Merchant, Product, Variant
from . import flash, presales

SHOWN = 200


def give_flash(products: Collection[Product], *, at: datetime) -> None:
    """Give each product `flash`, the cheapest item by which it is sold in a flash sale at that time, or None."""
    items = flash.open_items(at=at).filter(variant__product__in=[product.pk for product in products], left__gt=0)
    found = items.annotate(product=F("variant__product")).order_by("-price", "-pk") if products else ()
    cheapest = {item.product: item for item in found}
    for product in products:
        product.flash = cheapest.get(product.pk)
        product.is_in_stock = product.is_in_stock or bool(product.flash)


def give_ways(variants: Collection[Variant], *, at: datetime) -> None:
    """Give each variant `flash` and `presale`, by what it is sold at that time or None, and `offered`, its units."""
    items, ahead = flash.running(variants, at=at), presales.of_variants(variants, at=at)
    for variant in variants:
        variant.flash, variant.presale = items.get(variant.pk), ahead.get(variant.pk)
        variant.offered = variant.flash.left if variant.flash else variant.available


def sales(*, at: datetime) -> tuple[list[FlashSale], list[FlashSale]]:
    """Return the sales that run, and those that come, of open shops, the one that ends or starts first leading.

    Each has its items on sale as `shown`, sold out or not.
    """
    published = FlashSale.objects.filter(
        state=FlashSale.State.PLANNED, ends_at__gt=at, merchant__state=Merchant.State.OPEN
    ).select_related("merchant")
    running = list(published.filter(starts_at__lte=at).order_by("ends_at", "pk")[:SHOWN])
    coming = list(published.filter(starts_at__gt=at).order_by("starts_at", "pk")[:SHOWN])
    _give_items([*running, *coming])
    return [sale for sale in running if sale.shown], [sale for sale in coming if sale.shown]


def _give_items(sales: Collection[FlashSale]) -> None:
    items = _on_sale(FlashItem.objects.filter(sale__in=sales)).select_related("variant__product")
    by_sale = {key: list(group) for key, group in groupby(items.order_by("sale", "pk"), lambda item: item.sale_id)}
    for sale in sales:
        sale.shown = by_sale.get(sale.pk, [])


def _on_sale(items: QuerySet[FlashItem]) -> QuerySet[FlashItem]:
    return items.filter(variant__is_active=True, variant__product__state=Product.State.ACTIVE)
