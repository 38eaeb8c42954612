"""Counts of valid views and clicks by ad over four weeks, as the background count left them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from django.db.models import Max, Sum

from ..models import AdDay
from .facts import AdFacts, numbers
from .smoothing import FIRST_CLICK, nested

MEMORY = timedelta(days=28)
NOBODY = 2**62


@dataclass(frozen=True)
class Counted:
    """Clicks and impressions by ad; `day` is the last that was counted."""

    by_ad: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    day: date | None = None

    def of(self, facts: Sequence[AdFacts]) -> tuple[np.ndarray, np.ndarray]:
        """Return clicks and impressions of ads."""
        table, wanted = self._table, numbers(facts, "ad")
        places = np.searchsorted(table[0], wanted).clip(max=table.shape[1] - 1)
        clicks, impressions = np.where(table[0, places] == wanted, table[1:, places], 0)
        return clicks, impressions

    @cached_property
    def _table(self) -> np.ndarray:
        """Ads in their order, with clicks and impressions; after the last comes nobody."""
        rows = [(ad, *pair) for ad, pair in sorted(self.by_ad.items())]
        return np.array([*rows, (NOBODY, 0, 0)], dtype=np.int64).T

    def rates(self, facts: Sequence[AdFacts]) -> np.ndarray:
        """Return the click rate of every ad, smoothed by its category."""
        clicks, seen = self.of(facts)
        return nested(clicks, seen, [numbers(facts, "category"), numbers(facts, "ad")], FIRST_CLICK)


def read_counted() -> Counted:
    """Read the counts of the last 28 days that were counted."""
    newest = AdDay.objects.aggregate(day=Max("day"))["day"]
    if newest is None:
        return Counted()
    sums = AdDay.objects.filter(day__gt=newest - MEMORY).values_list("ad")
    rows = sums.annotate(Sum("clicks"), Sum("impressions"))
    return Counted({ad: (clicks, seen) for ad, clicks, seen in rows}, newest)
