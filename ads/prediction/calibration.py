"""Calibration: probabilities are moved to what came true, by the smallest change that keeps their order."""

from dataclasses import dataclass

import numpy as np

from .smoothing import logit, odds

BINS = 96
LOWEST, HIGHEST = -10.0, 6.0
WIDTH = (HIGHEST - LOWEST) / BINS
PRIOR_HITS = 10  # as many hits that agree with the model each bin starts with


@dataclass(frozen=True)
class Calibration:
    """A rising curve in logits, straight between its points; without any, nothing is moved."""

    before: np.ndarray
    after: np.ndarray

    def __call__(self, p):
        """Return calibrated probabilities."""
        return odds(self.logits(logit(np.clip(p, 1e-9, 1 - 1e-9)))) if len(self.before) else p

    def logits(self, logits):
        """Return calibrated logits; beyond the ends the outermost shift goes on."""
        if not len(self.before):
            return logits
        within = np.clip(logits, self.before[0], self.before[-1])
        return np.interp(within, self.before, self.after) + (logits - within)


NOTHING = Calibration(np.zeros(0), np.zeros(0))


def bins_of(p: np.ndarray) -> np.ndarray:
    """Return the bin of every probability; bins are equally wide in logits."""
    found = (logit(np.clip(p, 1e-9, 1 - 1e-9)) - LOWEST) / WIDTH
    return np.clip(found.astype(np.int64), 0, BINS - 1)


def calibrate(seen: np.ndarray, predicted: np.ndarray, hits: np.ndarray) -> Calibration:
    """Return the calibration of bins: weights, sums of predicted probabilities and hits.

    Isotonic: the rates of adjacent bins that fall are pooled. The curve is straight between the pools, so that no two
    ads become equal; a bin with little evidence is drawn to what was predicted.
    """
    used = np.flatnonzero(seen > 0)
    if not len(used):
        return NOTHING
    mean = predicted[used] / seen[used]
    weight = seen[used] + PRIOR_HITS / mean
    rates, lengths = rising((hits[used] + PRIOR_HITS) / weight, weight)
    pool = np.repeat(np.arange(len(rates)), lengths)
    before = np.bincount(pool, logit(np.clip(mean, 1e-6, 1 - 1e-6)) * weight) / np.bincount(pool, weight)
    return Calibration(before, logit(np.clip(rates, 1e-6, 1 - 1e-6)))


def rising(rates: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pool adjacent violators: return the rates of the pools, which rise, and how many bins each took in."""
    pools: list[tuple[float, float, int]] = []  # rate, weight, length
    for rate, weight in zip(rates.tolist(), weights.tolist(), strict=True):
        length = 1
        while pools and pools[-1][0] >= rate:
            other, more, bins = pools.pop()
            rate, weight, length = (rate * weight + other * more) / (weight + more), weight + more, length + bins
        pools.append((rate, weight, length))
    found = np.array(pools)
    return found[:, 0], found[:, 2].astype(np.int64)
