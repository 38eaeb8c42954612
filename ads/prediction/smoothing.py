"""Rates from counts: the few are drawn to the mean of their kind, that to the mean of everything."""

from collections.abc import Sequence

import numpy as np

PRIOR = 200  # how many observations the mean of the kind is worth
FIRST_CLICK, FIRST_PURCHASE, FIRST_VIEWABLE = 0.02, 0.02, 0.6


def smoothed(hits, seen, mean, prior: float = PRIOR):
    """Return the mean of the Beta posterior whose prior is `mean`, worth `prior` observations."""
    return (hits + mean * prior) / (seen + prior)


def nested(hits: np.ndarray, seen: np.ndarray, levels: Sequence[np.ndarray], first: float, prior: float = PRIOR):
    """Return the rate of every row, smoothed by the mean of its group in each level, from coarse to fine.

    A level is an array of group ids as long as `hits`; everything together is smoothed by the `first` guess, so that
    nothing starts at zero.
    """
    rate = np.full(len(hits), smoothed(hits.sum(), seen.sum(), first, prior))
    for level in levels:
        _, group = np.unique(level, return_inverse=True)
        rate = smoothed(np.bincount(group, hits)[group], np.bincount(group, seen)[group], rate, prior)
    return rate


def logit(rate):
    """Return log(p / (1 − p))."""
    return np.log(rate) - np.log1p(-rate)


def odds(logits):
    """Return the probability that belongs to a logit."""
    return 1 / (1 + np.exp(-np.clip(logits, -35, 35)))
