"""The shop window: what shoppers are shown of flash sales and presales, on cards and pages."""

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import F, QuerySet

from ..models import FlashItem, FlashSale, Merchant, Product, Variant
from . import flash, presales

SHOWN = 200
SOON = timedelta(hours=48)  # a sale is announced on the pages of its goods so long before it starts


def give_flash(products: Collection[Product], *, at: datetime) -> None:
    """Give each product `flash`, the cheapest item by which it is sold in a flash sale at that time, or None."""
    items = flash.open_items(at=at).filter(variant__product__in=[product.pk for product in products], left__gt=0)
    found = items.annotate(product=F("variant__product")).order_by("-price", "-pk") if products else ()
    cheapest = {item.product: item for item in found}
    for product in products:
        product.flash = cheapest.get(product.pk)
        product.is_in_stock = product.is_in_stock or bool(product.flash)


def give_ways(variants: Collection[Variant], *, at: datetime) -> None:
    """Give each variant by what it is sold at that time, `flash` and `presale`, or None, and `offered`, its units.

    `flash_shown` is the item that its page speaks of: the one it is sold from, else one that is sold out and runs on,
    else the next that starts soon; its `stage` is `on`, `gone` or `coming`.
    """
    ahead, shown = presales.of_variants(variants, at=at), _staged(variants, at=at)
    for variant in variants:
        item = variant.flash_shown = shown.get(variant.pk)
        variant.flash = item if item and item.stage == "on" else None
        variant.presale = ahead.get(variant.pk)
        variant.offered = variant.flash.left if variant.flash else variant.available


def _staged(variants: Collection[Variant], *, at: datetime) -> dict[int, FlashItem]:
    """Return the item that the page of each variant, by its key, speaks of, with its `stage`."""
    near = FlashItem.objects.filter(is_open=True, sale__starts_at__lte=at + SOON, sale__ends_at__gt=at)
    items = near.filter(variant__in=[variant.pk for variant in variants]).select_related("sale", "variant")
    shown: dict[int, FlashItem] = {}
    for item in items.order_by("sale__starts_at", "pk"):
        item.stage = "coming" if item.sale.starts_at > at else "on" if item.left else "gone"
        shown.setdefault(item.variant_id, item)
    return shown


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
