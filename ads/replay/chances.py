"""Chances: how likely the ads of a plan are clicked and bought, as predicted for them, else as is usual."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings

from .. import prediction
from ..prediction import PLACEMENTS, Predictor
from ..prediction.smoothing import FIRST_VIEWABLE, odds
from .planning import NEWCOMER, Creative, Plan
from .reading import Auction, Entry


@dataclass(frozen=True, slots=True)
class Chance:
    """What is expected of an ad in an auction; `value` is that of an order after its click, None where unknown."""

    product: int
    pctr: float
    pcvr: float
    viewable: float
    value: float | None = None
    title: str = ""


class Chances(Protocol):
    """Whatever tells the chances of a plan's ads in an auction that they were reached in by such a match."""

    def of(self, auction: Auction, match: str) -> Sequence[Chance]: ...


class Predicted:
    """The chances of a plan's ads as the predictions of now tell them."""

    def __init__(self, plan: Plan, predictor: Predictor):
        facts = [creative.facts for creative in plan.creatives]
        self.creatives, self.predictor = plan.creatives, predictor
        self.logits, self.pcvr = predictor.click_logits(facts), odds(predictor.purchase_logits(facts))
        settled = predictor.settled_share(facts) if plan.is_settled else 1.0
        self.values = predictor.value(facts) * settled
        self._known: dict[tuple[str, int, str], list[Chance]] = {}

    def of(self, auction: Auction, match: str) -> Sequence[Chance]:
        key = auction.placement, _hour(auction.at), match
        if key not in self._known:
            self._known[key] = self._predict(*key)
        return self._known[key]

    def _predict(self, placement: str, hour: int, match: str) -> list[Chance]:
        logits = self.logits[PLACEMENTS.index(placement)] + self.predictor.click_context(placement, hour, match)
        pctrs = np.asarray(self.predictor.calibrate_clicks(odds(logits), placement), dtype=float)
        seen = self.predictor.viewable(placement)
        rows: Iterable[tuple[Creative, float, float, float]] = zip(
            self.creatives, pctrs.tolist(), self.pcvr.tolist(), self.values.tolist(), strict=True
        )
        return [Chance(one.facts.product, *chances, seen, value, one.title) for one, *chances, value in rows]


class Usual:
    """What is usual on a placement: the middle of what was predicted for the shop's own ads, else for all.

    With `campaign`, of that campaign's own.
    """

    def __init__(self, found: Iterable[Auction], plan: Plan, *, campaign: int | None = None):
        self.own, self.all = defaultdict(list), defaultdict(list)
        for auction in found:
            for entry in auction.entries:
                if campaign is None and entry.campaign == plan.campaign:
                    continue
                self.all[auction.placement].append((entry.pctr, entry.pcvr))
                if self._is_own(entry, plan, campaign):
                    self.own[auction.placement].append((entry.pctr, entry.pcvr))
        self._known: dict[str, list[Chance]] = {}

    def of(self, auction: Auction, match: str) -> Sequence[Chance]:
        if auction.placement not in self._known:
            self._known[auction.placement] = [self._usual(auction.placement)]
        return self._known[auction.placement]

    def _usual(self, placement: str) -> Chance:
        known = self.own.get(placement) or self.all.get(placement) or [(0.0, 0.0)]
        pctr, pcvr = (median(chances) for chances in zip(*known, strict=True))
        return Chance(NEWCOMER, pctr, pcvr, FIRST_VIEWABLE)

    def _is_own(self, entry: Entry, plan: Plan, campaign: int | None) -> bool:
        return entry.merchant == plan.merchant.pk if campaign is None else entry.campaign == campaign


def chances_of(plan: Plan, found: Iterable[Auction]) -> Chances:
    """Return the predictions for the ads of a plan, or what is usual when it names none."""
    return Predicted(plan, prediction.latest()) if plan.creatives else Usual(found, plan)


def _hour(at: datetime) -> int:
    return at.astimezone(ZoneInfo(settings.PLATFORM_TIME_ZONE)).hour
