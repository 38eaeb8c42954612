"""How flash sales go: what is sold, held and left of each item, and when it was bought."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import Count, Q, QuerySet, Sum
from django.utils.formats import date_format, time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import FlashItem, FlashSale, Hold

State = FlashSale.State
SLICES = 24


class Phase(models.TextChoices):
    RUNNING = "running", gettext_lazy("Running")
    COMING = "coming", gettext_lazy("Coming")
    DRAFT = "draft", gettext_lazy("Draft")
    OVER = "over", gettext_lazy("Over")


def in_phase(sales: QuerySet[FlashSale], phase: Phase, *, at: datetime) -> QuerySet[FlashSale]:
    """Keep the sales that are in that phase at that time."""
    published = Q(state=State.PLANNED, ends_at__gt=at)
    return sales.filter(
        {
            Phase.RUNNING: published & Q(starts_at__lte=at),
            Phase.COMING: published & Q(starts_at__gt=at),
            Phase.DRAFT: Q(state=State.DRAFT),
            Phase.OVER: Q(state=State.CLOSED) | Q(state=State.PLANNED, ends_at__lte=at),
        }[phase]
    )


def phase_of(sale: FlashSale, *, at: datetime) -> Phase:
    if sale.state == State.DRAFT:
        return Phase.DRAFT
    if sale.state == State.CLOSED or sale.ends_at <= at:
        return Phase.OVER
    return Phase.COMING if sale.starts_at > at else Phase.RUNNING


@dataclass(frozen=True, slots=True)
class Gone:
    """Units of an item that are paid for, and that are held for those who have not paid yet, and their value."""

    sold: int = 0
    pending: int = 0
    buyers: int = 0

    @property
    def units(self) -> int:
        return self.sold + self.pending


def gone(items: Iterable[FlashItem]) -> dict[int, Gone]:
    """Return what is gone of each item, by its key."""
    keys = [item.pk for item in items]
    taken, live = Q(state=Hold.State.TAKEN), Q(state=Hold.State.LIVE)
    rows = (
        Hold.objects.filter(taken | live, flash_item__in=keys)
        .order_by()
        .values_list("flash_item")
        .annotate(
            sold=Sum("quantity", filter=taken, default=0),
            pending=Sum("quantity", filter=live, default=0),
            buyers=Count("shopper", distinct=True),
        )
    )
    return dict.fromkeys(keys, Gone()) | {key: Gone(*numbers) for key, *numbers in rows}


@dataclass(frozen=True, slots=True)
class Row:
    """An item with how it goes."""

    item: FlashItem
    gone: Gone

    @property
    def left(self) -> int:
        """Units that can be bought, or that could have been when the sale closed."""
        return self.item.left if self.item.is_open else self.item.quantity - self.gone.units

    @property
    def share(self) -> Decimal:
        """The part of the units that is gone, from 0 to 1, in whole percents."""
        return Decimal(self.gone.units * 100 // self.item.quantity) / 100

    @property
    def value(self) -> Decimal:
        return self.gone.sold * self.item.price


def rows(sale: FlashSale) -> list[Row]:
    """Return the items of a sale with how they go."""
    items = list(sale.items.select_related("variant__product").order_by("pk"))
    numbers = gone(items)
    return [Row(item, numbers[item.pk]) for item in items]


def total(rows: Sequence[Row]) -> dict:
    """Return the sums of a sale: units, sold, pending, left and value."""
    return {
        "units": sum(row.item.quantity for row in rows),
        "sold": sum(row.gone.sold for row in rows),
        "pending": sum(row.gone.pending for row in rows),
        "left": sum(row.left for row in rows),
        "value": sum((row.value for row in rows), Decimal(0)),
    }


def chart(sale: FlashSale, *, at: datetime) -> dict:
    """Return the chart of units bought, paid or held, over the time of a sale until now."""
    ends_at = min(sale.closed_at or sale.ends_at, max(at, sale.starts_at + timedelta(minutes=1)))
    step = max((ends_at - sale.starts_at) / SLICES, timedelta(seconds=1))
    bought = Hold.objects.filter(flash_item__sale=sale, state__in=[Hold.State.LIVE, Hold.State.TAKEN])
    units = [0] * SLICES
    for created_at, quantity in bought.values_list("created_at", "quantity"):
        units[min(max(int((created_at - sale.starts_at) / step), 0), SLICES - 1)] += quantity
    times = [_time(sale.starts_at + step * index, step=step) for index in range(SLICES)]
    return {
        "xAxis": {"type": "category", "data": times},
        "yAxis": [{"type": "value", "minInterval": 1, "name": _("Units")}],
        "series": [{"name": _("Units"), "type": "bar", "barMaxWidth": 28, "data": units}],
        "grid": {"left": 8, "right": 8, "top": 32, "bottom": 8, "containLabel": True},
    }


def _time(moment: datetime, *, step: timedelta) -> str:
    """Return the start of a slice, as exactly as slices of that length need it."""
    local = localtime(moment)
    if step >= timedelta(hours=1):
        return f"{date_format(local, 'MONTH_DAY_FORMAT')} {time_format(local, 'H:i')}"
    return time_format(local, "H:i" if step >= timedelta(minutes=1) else "H:i:s")
