"""The lowest price of late as the law on announced reductions means it: what was asked in flash sales counts too."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from django.db.models import F
from django.db.models.functions import Coalesce

from ..catalogue import prices
from ..models import FlashItem, FlashSale, Variant

Step = tuple[datetime, Decimal]
Spell = tuple[datetime, datetime, Decimal]


def lowest_before(variants: Collection[Variant], *, at: datetime) -> dict[int, Decimal]:
    """Return, for variants whose price is announced as reduced, the lowest of the 30 days before it began.

    Reduced are those sold in a flash sale and those below their list price; a variant that never had another price is
    left out. Two queries; none without such variants.
    """
    reduced = [variant for variant in variants if is_reduced(variant)]
    asked = prices.told([variant.pk for variant in reduced])
    spells = _spells(reduced, at=at) if reduced else {}
    steps = {pk: [step for step in merged(told, spells.get(pk, ())) if step[0] <= at] for pk, told in asked.items()}
    return {pk: low for pk, told in steps.items() if (low := prices.lowest_before_last(told)) is not None}


def is_reduced(variant: Variant) -> bool:
    """Whether the page announces a variant, whose `flash` is known, at less than another price."""
    return bool(variant.flash) or (variant.list_price is not None and variant.list_price > variant.price)


def _spells(variants: Collection[Variant], *, at: datetime) -> dict[int, list[Spell]]:
    """Return when each variant was sold in flash sales up to now, and for how much, the first leading.

    A sale that runs and has no more of it ends for it now, as the price on the page does.
    """
    running = {variant.flash.pk for variant in variants if variant.flash}
    items = FlashItem.objects.filter(variant__in=[variant.pk for variant in variants], sale__starts_at__lte=at)
    ended = items.exclude(sale__state=FlashSale.State.DRAFT).annotate(
        since=F("sale__starts_at"), until=Coalesce("sale__closed_at", "sale__ends_at")
    )
    found: dict[int, list[Spell]] = defaultdict(list)
    for item in ended.filter(until__gt=F("since")).order_by("since"):
        until = item.until if item.pk in running else min(item.until, at)
        found[item.variant_id].append((item.since, until, item.price))
    return found


def merged(steps: Sequence[Step], spells: Iterable[Spell]) -> list[Step]:
    """Return since when what was asked for: the ordinary prices, and in each spell (since, until, price) its own.

    >>> merged([(1, 100), (5, 90)], [(3, 7, 60)])
    [(1, 100), (3, 60), (7, 90)]
    """
    asked = list(steps)
    for since, until, price in spells:
        before = [step for step in asked if step[0] < since]
        after = [step for step in asked if step[0] > until]
        back = [(until, ordinary) for at, ordinary in steps if at <= until][-1:]
        asked = [*before, (since, price), *back, *after]
    return [step for step, following in pairwise([*asked, None]) if following is None or step[0] < following[0]]
