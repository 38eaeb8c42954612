"""Shapley values: the mean of what a channel adds over all orders in which channels may join."""

from collections.abc import Mapping
from itertools import combinations
from math import factorial

MOST_CHANNELS = 12


class TooManyChannels(ValueError):
    """Every set of channels is looked at, so that there may be no more than `MOST_CHANNELS`."""


def shapley(worth: Mapping[frozenset[str], float]) -> dict[str, float]:
    """Return by channel its Shapley value, given what each set of channels is worth (absent: nothing)."""
    channels = sorted({channel for each in worth for channel in each})
    if len(channels) > MOST_CHANNELS:
        raise TooManyChannels(f"{len(channels)} channels, at most {MOST_CHANNELS}")
    return {each: _value(each, [other for other in channels if other != each], worth) for each in channels}


def _value(channel, others, worth):
    count, total = len(others) + 1, 0.0
    for size in range(count):
        weight = factorial(size) * factorial(count - size - 1) / factorial(count)
        for joined in map(frozenset, combinations(others, size)):
            total += weight * (worth.get(joined | {channel}, 0) - worth.get(joined, 0))
    return total
