"""Flash sales: which run, publishing them with units of their own, changing those while they run, and closing."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import QuerySet

from ..catalogue.stock import LimitReached
from ..models import FlashItem, Variant

__all__ = ["LimitReached", "running"]


def open_items(*, at: datetime) -> QuerySet[FlashItem]:
    """Return the items of the sales that run at that time, sold out or not."""
    return FlashItem.objects.filter(is_open=True, sale__starts_at__lte=at, sale__ends_at__gt=at).select_related("sale")


def running(variants: Collection[Variant], *, at: datetime) -> Mapping[int, FlashItem]:
    """Return the flash items that these variants are sold from at that time, by the variants' keys.

    An item that is sold out is not among them: its variant is sold from the shelf again, at its ordinary price.
    """
    items = open_items(at=at).filter(variant__in=[variant.pk for variant in variants], left__gt=0)
    return {item.variant_id: item for item in items}
