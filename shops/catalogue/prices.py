"""The history of prices: written wherever a price is set, read for charts and for the lowest price of late."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ..people.models import User
from .models import PriceChange, Product, Variant

PRICED = frozenset({"price", "list_price", "created"})
WINDOW = timedelta(days=30)
SHOWN = 500


def note(variants: Iterable[Variant], *, at: datetime, by: User | None, cause: str) -> None:
    """Write down the prices that variants have just been given, in the transaction that gave them."""
    PriceChange.objects.bulk_create(
        PriceChange(
            merchant_id=variant.merchant_id, variant_id=variant.pk, price=variant.price,
            list_price=variant.list_price, at=at, by=by, cause=cause,
        )
        for variant in variants
    )  # fmt: skip


def history(product: Product) -> QuerySet[PriceChange]:
    """Return what was set on the variants of a product, the latest first."""
    changes = PriceChange.objects.filter(variant__product=product).select_related("variant", "by")
    return changes.order_by("-at", "-pk")[:SHOWN]


def told(variants: Collection[int]) -> dict[int, list[tuple[datetime, Decimal]]]:
    """Return since when each variant, by its key, has been sold for what, the first leading. One query, if any."""
    steps: dict[int, list[tuple[datetime, Decimal]]] = {pk: [] for pk in variants}
    if steps:
        changes = PriceChange.objects.filter(variant__in=steps).order_by("pk")
        for pk, at, price in changes.values_list("variant", "at", "price"):
            steps[pk].append((at, price))
    return steps


def lowest_before_last(steps: Sequence[tuple[datetime, Decimal]]) -> Decimal | None:
    """Return the lowest price that counted in the window before the last price began; None if there was no other."""
    if not steps:
        return None
    begun = len(steps) - 1
    while begun and steps[begun - 1][1] == steps[-1][1]:
        begun -= 1
    until = steps[begun][0]
    counted = [
        price for (_at, price), (end, _next) in pairwise(steps[: begun + 1])
        if end > until - WINDOW
    ]  # fmt: skip
    return min(counted, default=None)


def chart(changes: Sequence[PriceChange], labels: Mapping[int, str], *, currency: str) -> dict:
    """Return the chart of prices as steps, a line per variant, from changes given latest first."""
    ordered = sorted(changes, key=lambda change: (change.at, change.pk))
    moments = list(dict.fromkeys(change.at for change in ordered))
    return {
        "currency": currency,
        "legend": {"type": "scroll"},
        "xAxis": {"type": "category", "data": [date_format(localtime(at), "SHORT_DATETIME_FORMAT") for at in moments]},
        "yAxis": {"type": "value", "unit": "money", "scale": True, "name": _("Price")},
        "series": [
            {
                "name": label, "type": "line", "step": "end", "unit": "money",
                "data": _steps([change for change in ordered if change.variant_id == pk], moments),
            }
            for pk, label in labels.items()
        ],
    }  # fmt: skip


def _steps(changes: Sequence[PriceChange], moments: Sequence[datetime]) -> list[float | None]:
    """Return the price that counted at each moment, None before the first."""
    by_moment = {change.at: float(change.price) for change in changes}
    line: list[float | None] = []
    for at in moments:
        line.append(by_moment.get(at, line[-1] if line else None))
    return line
