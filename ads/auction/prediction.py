"""How likely a click is: what an ad has shown so far, smoothed by the mean of its category."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

PRIOR_IMPRESSIONS = 200
FIRST_GUESS = 0.02


def smoothed(clicks: int, impressions: int, mean: float) -> float:
    """Return the mean of the Beta posterior whose prior is `mean`, worth 200 impressions."""
    return (clicks + mean * PRIOR_IMPRESSIONS) / (impressions + PRIOR_IMPRESSIONS)


def predict(counts: Mapping[int, tuple[int, int]], categories: Mapping[int, int | None]) -> dict[int, float]:
    """Return the click probability of every ad in `categories` (by ad), from `counts` (clicks and impressions by ad).

    Categories are smoothed by the mean of everything, and that by a first guess, so no ad starts at zero.
    """
    of_category = defaultdict(list)
    for ad, category in categories.items():
        of_category[category].append(counts.get(ad, (0, 0)))
    overall = smoothed(*_total(counts.get(ad, (0, 0)) for ad in categories), FIRST_GUESS)
    means = {category: smoothed(*_total(pairs), overall) for category, pairs in of_category.items()}
    return {ad: smoothed(*counts.get(ad, (0, 0)), means[category]) for ad, category in categories.items()}


def _total(pairs: Iterable[tuple[int, int]]) -> tuple[int, int]:
    clicks, impressions = 0, 0
    for more_clicks, more_impressions in pairs:
        clicks += more_clicks
        impressions += more_impressions
    return clicks, impressions
