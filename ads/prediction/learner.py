"""A learner: predicts every example, is checked by it, and only then learns from it."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from .calibration import Calibration
from .checking import Check
from .delays import believed
from .examples import Examples
from .features import AD_SLOT, CATEGORY_SLOT, PRODUCT_SLOT, SIZE
from .ftrl import Ftrl, probabilities
from .smoothing import logit, smoothed

SLICE = 600  # seconds; batches never reach across, so where learning was interrupted makes no difference
BATCH = 256
HALF_LIVES = {"click": 2 * 86_400, "purchase": 7 * 86_400}  # of the check: purchases are rare
BASELINES = {"click": (CATEGORY_SLOT, AD_SLOT), "purchase": (CATEGORY_SLOT, PRODUCT_SLOT)}


def _table() -> np.ndarray:
    return np.zeros(SIZE)


@dataclass
class Learner:
    """A model and its check; `seen` and `hits` count examples and hits of every slot, for baseline and typical ad."""

    kind: str
    first: float
    model: Ftrl = None
    check: Check = field(default_factory=Check)
    seen: np.ndarray = field(default_factory=_table)
    hits: np.ndarray = field(default_factory=_table)
    views: np.ndarray = field(default_factory=lambda: np.zeros((4, 2)))
    examples: int = 0
    slice: int = 0
    calibrations: list[Calibration] = field(default_factory=list)

    def __post_init__(self):
        self.model = self.model or Ftrl(start=float(logit(self.first)))

    def copy(self) -> "Learner":
        return deepcopy(self)

    def learn(self, examples: Examples) -> None:
        """Learn from examples that follow those learnt before."""
        rows = examples.slots()
        for start, end, slice_ in _batches(examples.received):
            self._enter(slice_)
            self._learn(examples.part(slice(start, end)), rows[start:end])
        self.examples += len(examples)

    def _enter(self, slice_: int) -> None:
        """Begin a slice: what is known fades, and calibration is drawn anew from it."""
        if slice_ == self.slice:
            return
        if self.slice:
            self.check.fade((slice_ - self.slice) * SLICE / HALF_LIVES[self.kind])
        self.slice, self.calibrations = slice_, self.check.calibrations()

    def _learn(self, batch: Examples, rows: np.ndarray) -> None:
        used, places = np.unique(rows, return_inverse=True)
        places = places.reshape(rows.shape)
        weights = self.model.weights(used)
        p = probabilities(self.model.start, places, weights)
        self.check.add(batch, p, self._calibrated(p, batch.placement), self._baseline(rows))
        label = believed(p, batch.hit, batch.pending)
        self.model.learn(places, p - label, weights, used)
        self._count(batch, places, used)

    def _calibrated(self, p: np.ndarray, placement: np.ndarray) -> np.ndarray:
        told = np.empty_like(p)
        for place, calibration in enumerate(self.calibrations):
            chosen = placement == place
            told[chosen] = calibration(p[chosen])
        return told

    def _baseline(self, rows: np.ndarray) -> np.ndarray:
        """Return what counts alone would say: of the ad (or product), drawn to its category, drawn to all."""
        rate = np.full(len(rows), self.first)
        for slot in (0, *BASELINES[self.kind]):
            rate = smoothed(self.hits[rows[:, slot]], self.seen[rows[:, slot]], rate)
        return rate

    def _count(self, batch: Examples, places: np.ndarray, used: np.ndarray) -> None:
        wide = places.shape[1]
        self.seen[used] += np.bincount(places.ravel(), np.repeat(1 - batch.pending, wide), len(used))
        self.hits[used] += np.bincount(places.ravel(), np.repeat(batch.hit, wide), len(used))
        self.views[:, 0] += np.bincount(batch.placement, batch.viewed, 4)
        self.views[:, 1] += np.bincount(batch.placement, minlength=4)


def _batches(received: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and slice of batches: no batch is longer than BATCH or lies in two slices."""
    slices = received // SLICE
    edges = [0, *(np.flatnonzero(np.diff(slices)) + 1).tolist(), len(received)]
    for first, last in pairwise(edges):
        for start in range(first, last, BATCH):
            yield start, min(start + BATCH, last), int(slices[start])
