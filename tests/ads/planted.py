"""Examples whose truth is known: what learning should find out."""

from dataclasses import replace
from decimal import Decimal

import numpy as np

from ads.prediction.examples import Examples
from ads.prediction.facts import AdFacts
from ads.prediction.smoothing import odds
from ads.prediction.trained import shown

START = 1_773_100_800  # 2026-03-10 00:00 UTC
DAY = 86_400


def fact(ad: int) -> AdFacts:
    """An ad: two of each product, four of each brand, eight of each category, sixteen of each merchant."""
    return AdFacts(
        ad=ad, group=0, campaign=ad // 8, merchant=ad // 16, product=ad // 2, category=ad // 8, brand=f"B{ad // 4}",
        price=Decimal(2 ** (ad % 5)),
    )  # fmt: skip


def clicks(count: int, *, days: int = 2, ads: int = 64, seed: int = 1) -> tuple[Examples, np.ndarray]:
    """Impressions and their true probabilities of a click: by ad, category, placement, position and hour."""
    rng = np.random.default_rng(seed)
    ad = (ads * rng.power(0.5, count)).astype(np.int64)
    placement, hour = rng.integers(0, 4, count), rng.integers(0, 24, count)
    position = rng.integers(1, 6, count)
    effects = rng.normal(0, 0.6, ads), rng.normal(0, 0.5, ads // 8 + 1), np.array([0, 0.8, -0.4, 0.3])
    truth = odds(
        -2.6 + effects[0][ad] + effects[1][ad // 8] + effects[2][placement] - 0.35 * (position - 1)
        + 0.3 * np.sin(hour / 24 * 2 * np.pi)
    )  # fmt: skip
    received = np.sort(START + rng.integers(0, days * DAY, count))
    return _examples(rng, received, ad, placement, position, hour, truth), truth


def _examples(rng, received, ad, placement, position, hour, truth) -> Examples:
    none = np.zeros(len(ad), np.int64)
    return Examples(
        received=received, campaign=ad // 8, shown=shown([fact(number) for number in ad.tolist()]),
        placement=placement, position=position, hour=hour, match=none,
        hit=(rng.random(len(ad)) < truth).astype(np.float64), pending=np.zeros(len(ad)), viewed=none, waited=none,
        delay=none - 1,
    )  # fmt: skip


def purchases(count: int, *, days: int = 6, mean_delay: float = 2 * DAY, seed: int = 2) -> tuple[Examples, np.ndarray]:
    """Clicks as seen at the end of the last day, and their true probabilities of a purchase, some of them yet to come.

    Delays are exponential, and purchases after seven days do not count.
    """
    rng = np.random.default_rng(seed)
    ad, placement = rng.integers(0, 32, count), rng.integers(0, 4, count)
    truth = odds(-1.6 + rng.normal(0, 0.6, 32)[ad])
    received = np.sort(START + rng.integers(0, days * 24, count) * 3600)
    waited = START + days * DAY - received
    delay = rng.exponential(mean_delay, count)
    while (late := delay > 7 * DAY).any():
        delay[late] = rng.exponential(mean_delay, late.sum())
    examples = _examples(rng, received, ad, placement, placement + 1, placement * 0, truth)
    is_seen = (examples.hit > 0) & (delay < waited)
    seen = {"hit": is_seen.astype(np.float64), "waited": waited, "delay": np.where(is_seen, delay, -1).astype(np.int64)}
    return replace(examples, **seen), truth
