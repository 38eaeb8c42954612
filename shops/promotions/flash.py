"""Flash sales: which run, publishing them with units of their own, changing those while they run, and closing.

Units of a published sale are reserved on their variants. Its times stay as they are, so that what runs can be read
without a lock; whether units come from an item and go back to it is said by the item itself, `is_open`.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from chengfeng import clock, sql
from chengfeng.models import Job

from ..catalogue.stock import LimitReached
from ..models import FlashItem, FlashSale, Product, Variant
from ..people.audit import record
from ..tenancy import Access, own

__all__ = ["FlashRefused", "LimitReached", "change_units", "close", "close_over", "end", "publish", "running"]
State = FlashSale.State


class FlashRefused(Exception):
    """The sale cannot be published, or its units not be changed. Nothing was changed.

    `code` says why: `not_a_draft`, `no_items`, `is_over`; with the `item` that stands in the way: `not_enough` (`free`
    says how many are free), `overlaps`, `not_on_sale`, `not_cheaper`, `sold` (more than that are gone), `closed`.
    """

    def __init__(self, code: str, item: FlashItem | None = None, free: int = 0):
        self.code, self.item, self.free = code, item, free
        super().__init__(code if item is None else f"{code}: {item.variant.sku}")


def open_items(*, at: datetime) -> QuerySet[FlashItem]:
    """Return the items of the sales that run at that time, sold out or not."""
    return FlashItem.objects.filter(is_open=True, sale__starts_at__lte=at, sale__ends_at__gt=at).select_related("sale")


def running(variants: Collection[Variant], *, at: datetime) -> Mapping[int, FlashItem]:
    """Return the flash items that these variants are sold from at that time, by the variants' keys.

    An item that is sold out is not among them: its variant is sold from the shelf again, at its ordinary price.
    """
    items = open_items(at=at).filter(variant__in=[variant.pk for variant in variants], left__gt=0)
    return {item.variant_id: item for item in items}


@transaction.atomic
def publish(access: Access, sale: FlashSale, *, at: datetime) -> FlashSale:
    """Publish a draft: its units are set aside at once, and sold from when it starts. Raises FlashRefused."""
    locked = own(FlashSale, access.merchant).select_for_update(no_key=True).get(pk=sale.pk)
    items = list(locked.items.select_related("variant__product").order_by("pk"))
    _refuse_unfit(locked, items, at)
    _reserve(locked, items)
    _refuse_overlap(locked, items)
    FlashSale.objects.filter(pk=locked.pk).update(state=State.PLANNED)
    record(access, "flash_sale.publish", target=locked.code, at=at, units={i.variant.sku: i.quantity for i in items})
    locked.state = State.PLANNED
    return locked


def _refuse_unfit(sale: FlashSale, items: Collection[FlashItem], at: datetime) -> None:
    if sale.state != State.DRAFT:
        raise FlashRefused("not_a_draft")
    if not items:
        raise FlashRefused("no_items")
    if sale.ends_at <= at:
        raise FlashRefused("is_over")
    for item in items:
        if not item.variant.is_active or item.variant.product.state != Product.State.ACTIVE:
            raise FlashRefused("not_on_sale", item)
        if item.price >= item.variant.price:
            raise FlashRefused("not_cheaper", item)


def _reserve(sale: FlashSale, items: Collection[FlashItem]) -> None:
    """Open the items with all their units, each reserved on its variant."""
    opened = {pk for (pk,) in sql.rows(RESERVE, {"sale": sale.pk})}
    for item in items:
        if item.pk not in opened:
            raise FlashRefused("not_enough", item, Variant.objects.get(pk=item.variant_id).available)


RESERVE = """
WITH item AS (
    SELECT id, variant_id, quantity FROM shops_flashitem WHERE sale_id = %(sale)s ORDER BY id FOR NO KEY UPDATE
), variant AS (
    SELECT id FROM shops_variant WHERE id IN (SELECT variant_id FROM item) ORDER BY id FOR NO KEY UPDATE
), reserved AS (
    UPDATE shops_variant v SET reserved = v.reserved + item.quantity
    FROM item JOIN variant ON variant.id = item.variant_id
    WHERE v.id = variant.id AND v.on_hand - v.reserved >= item.quantity RETURNING v.id
)
UPDATE shops_flashitem i SET "left" = item.quantity, is_open = true
FROM item JOIN reserved ON reserved.id = item.variant_id WHERE i.id = item.id RETURNING i.id
"""


def _refuse_overlap(sale: FlashSale, items: Collection[FlashItem]) -> None:
    """Refuse a variant that another open sale sells at the same time; its lock lets only one publish at a time."""
    others = FlashItem.objects.filter(is_open=True, sale__starts_at__lt=sale.ends_at, sale__ends_at__gt=sale.starts_at)
    taken = set(others.exclude(sale=sale).filter(variant__flash_items__sale=sale).values_list("variant_id", flat=True))
    for item in items:
        if item.variant_id in taken:
            raise FlashRefused("overlaps", item)


@transaction.atomic
def change_units(access: Access, item: FlashItem, *, units: int, at: datetime) -> FlashItem:
    """Give an open item more units of the shelf, or take back some that are left. Raises FlashRefused."""
    locked = own(FlashItem, access.merchant).select_for_update(of=("self",), no_key=True)
    found = locked.select_related("variant", "sale").get(pk=item.pk)
    more = units - found.quantity
    if not found.is_open or found.sale.ends_at <= at:
        raise FlashRefused("closed", found)
    if found.left + more < 0 or units < 1:
        raise FlashRefused("sold", found, found.quantity - found.left)
    free = Variant.objects.filter(pk=found.variant_id, on_hand__gte=F("reserved") + more)
    if not free.update(reserved=F("reserved") + more):
        raise FlashRefused("not_enough", found, Variant.objects.get(pk=found.variant_id).available)
    found.quantity, found.left = units, found.left + more
    found.save(update_fields=["quantity", "left"])
    record(access, "flash_sale.units", target=found.sale.code, at=at, sku=found.variant.sku, units=units, more=more)
    return found


@transaction.atomic
def end(access: Access, sale: FlashSale, *, at: datetime) -> bool:
    """End a published sale before its time; return whether that was news. Orders placed in it keep their price."""
    mine = own(FlashSale, access.merchant).get(pk=sale.pk)
    is_news = close(mine, at=min(at, mine.ends_at))
    if is_news:
        record(access, "flash_sale.end", target=mine.code, at=at)
    return is_news


def close(sale: FlashSale, *, at: datetime) -> bool:
    """Close a published sale and give what is left back to the shelf; return whether that was news."""
    return bool(sql.row(CLOSE, {"sale": sale.pk, "at": at})[0])


CLOSE = """
WITH closed AS (
    UPDATE shops_flashsale SET state = 'closed', closed_at = %(at)s WHERE id = %(sale)s AND state = 'planned'
    RETURNING id
), item AS (
    SELECT id, variant_id, "left" FROM shops_flashitem WHERE sale_id IN (SELECT id FROM closed)
    ORDER BY id FOR NO KEY UPDATE
), emptied AS (
    UPDATE shops_flashitem i SET "left" = 0, is_open = false FROM item WHERE i.id = item.id
), variant AS (
    SELECT id FROM shops_variant WHERE id IN (SELECT variant_id FROM item WHERE "left" > 0)
    ORDER BY id FOR NO KEY UPDATE
), freed AS (
    UPDATE shops_variant v SET reserved = v.reserved - item."left"
    FROM item JOIN variant ON variant.id = item.variant_id WHERE v.id = variant.id
)
SELECT count(*) FROM closed
"""


def close_over(*, at: datetime) -> int:
    """Close the sales that are over, each as of its end; return how many were."""
    over = FlashSale.objects.filter(state=State.PLANNED, ends_at__lte=at).order_by("ends_at", "pk")
    return sum(close(sale, at=sale.ends_at) for sale in over)


def run(job: Job, report: Callable) -> dict:
    """The recurring job `close_flash_sales`."""
    return {"closed": close_over(at=clock.now())}
