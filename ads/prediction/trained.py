"""A trained model as every process uses it: weights, calibration, and the typical request it answers for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from .calibration import Calibration
from .facts import PLACEMENTS, AdFacts, brands, numbers, prices
from .features import (
    MATCHES,
    POSITIONS,
    Shown,
    ad_slots,
    bucket,
    context_slots,
    match_number,
    place_number,
    placed_slots,
    position_slots,
)
from .learner import Learner

PLACES = np.arange(len(PLACEMENTS))


def shown(facts: Sequence[AdFacts]) -> Shown:
    """Return what the ads show, as features are made of it."""
    columns = {name: numbers(facts, name) for name in ("ad", "product", "category", "merchant", "note")}
    return Shown(brand=brands(facts), bucket=bucket(prices(facts)), **columns)


@dataclass(frozen=True)
class Trained:
    """Weights of all slots, learnt through a time of reception.

    By placement: the share of examples, and what the typical position and request add.
    """

    version: int
    through: datetime
    start: float
    weights: np.ndarray
    calibrations: Sequence[Calibration]
    shares: np.ndarray
    position: np.ndarray
    request: np.ndarray

    def by_placement(self, facts: Sequence[AdFacts]) -> np.ndarray:
        """Return logits by placement and ad, at the typical position, without anything of the request."""
        ads = shown(facts)
        alone = self.start + self._sum(ad_slots(ads))
        placed = [self._sum(placed_slots(ads, place)) + self.position[place] for place in PLACES]
        return alone + np.stack(placed)

    def anywhere(self, facts: Sequence[AdFacts]) -> np.ndarray:
        """Return calibrated logits of ads over the placements and requests of late."""
        logits = self.by_placement(facts) + self.request[:, None]
        calibrated = [curve.logits(row) for curve, row in zip(self.calibrations, logits, strict=True)]
        return self.shares @ np.stack(calibrated)

    def context(self, placement: str, hour: int, match: str) -> float:
        """Return what a request adds to a logit."""
        return float(self._sum(context_slots(place_number(placement), hour, match_number(match)))[0])

    def _sum(self, slots: np.ndarray) -> np.ndarray:
        return self.weights[slots].sum(axis=1, dtype=np.float64)


def typical(learner: Learner, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Return shares of placements and, for each, the mean of what positions and requests added."""
    seen = learner.views[:, 1]
    hours, matches = range(24), range(len(MATCHES))
    requests = [context_slots(place, hour, 0)[0, :2] for place in PLACES for hour in hours]
    matched = [context_slots(place, 0, match)[0, 2:] for place in PLACES for match in matches]
    positions = [position_slots(place, number)[0] for place in PLACES for number in range(1, POSITIONS + 1)]
    hour, match, position = (
        _means(learner.seen, weights, np.stack(slots).reshape(len(PLACES), -1, slots[0].size))
        for slots in (requests, matched, positions)
    )
    shares = seen / seen.sum() if seen.any() else np.full(len(PLACES), 1 / len(PLACES))
    return {"shares": shares, "position": position, "request": hour + match}


def _means(seen: np.ndarray, weights: np.ndarray, slots: np.ndarray) -> np.ndarray:
    """Return by placement the mean sum of weights over alternatives, which count as often as they were seen."""
    often = seen[slots[..., -1]]
    total = often.sum(axis=1)
    return np.divide((weights[slots].sum(axis=2) * often).sum(axis=1), total, out=np.zeros(len(total)), where=total > 0)
