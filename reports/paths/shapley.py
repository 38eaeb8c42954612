"""Shapley values: the mean of what a channel adds over all orders in which channels may join."""

from collections.abc import Iterable, Mapping
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


def rates(met: Mapping[frozenset[str], tuple[int, int]]) -> dict[frozenset[str], float]:
    """Return what each set of channels is worth: the rate among all journeys that met no channel outside of it.

    `met` holds gains – orders, or their value – and journeys by the very set of channels that they met. Raises
    TooManyChannels.
    """
    channels = sorted({channel for each in met for channel in each})
    if len(channels) > MOST_CHANNELS:
        raise TooManyChannels(f"{len(channels)} channels, at most {MOST_CHANNELS}")
    place = {channel: 1 << number for number, channel in enumerate(channels)}
    sums = [[0, 0] for _ in range(1 << len(channels))]
    for each, counted in met.items():
        sums[sum(place[channel] for channel in each)] = list(counted)
    _add_subsets(sums, place.values())
    return {
        frozenset(channel for channel in channels if place[channel] & number): gains / journeys
        for number, (gains, journeys) in enumerate(sums) if journeys
    }  # fmt: skip


def _add_subsets(sums: list[list[int]], bits: Iterable[int]) -> None:
    """Add to the sums of each set those of all sets within it."""
    for bit in bits:
        for number, own in enumerate(sums):
            if number & bit:
                own[0] += sums[number ^ bit][0]
                own[1] += sums[number ^ bit][1]
