"""Purchases come some time after their click: how long, and what a click without one (yet) still promises.

The delay of a click that leads to a purchase is exponential, cut at the window (Chapelle 2014, with the end known).
"""

import numpy as np

PRIOR_DELAY, PRIOR_COUNT = 86_400.0, 5  # the guess before anything was seen, and how many purchases it is worth
ROUNDS = 60


def fit(delays: np.ndarray, waited: np.ndarray, window: float) -> float:
    """Return the rate per second at which purchases come, from those that were seen.

    Of a click that is `waited` seconds old only a shorter delay can have been seen; leaving that out, as the plain
    mean does, makes purchases look faster than they are.
    """
    delays = np.append(delays, np.full(PRIOR_COUNT, PRIOR_DELAY))
    most = np.append(np.minimum(waited, window), np.full(PRIOR_COUNT, window))
    low, high = 1e-9, 1.0
    for _ in range(ROUNDS):
        rate = np.sqrt(low * high)
        low, high = (rate, high) if _slope(rate, delays, most) > 0 else (low, rate)
    return float(np.sqrt(low * high))


def _slope(rate: float, delays: np.ndarray, most: np.ndarray) -> float:
    """Return the derivative of the log likelihood of delays, each known to be at most `most`."""
    reached = np.maximum(rate * most, 1e-9)
    return float(np.sum(1 / rate - delays - most / np.expm1(np.minimum(reached, 700))))


def pending(waited: np.ndarray, rate: float, window: float) -> np.ndarray:
    """Return the share of purchases in the window that come later than `waited` seconds after the click."""
    rest = np.exp(-rate * window)
    return np.clip((np.exp(-rate * np.minimum(waited, window)) - rest) / (1 - rest), 0, 1)


def believed(p: np.ndarray, hit: np.ndarray, pending: np.ndarray) -> np.ndarray:
    """Return what an example is worth as a label: 1 with a purchase, else the chance that there will be one."""
    return np.where(hit > 0, 1.0, p * pending / (1 - p + p * pending))
