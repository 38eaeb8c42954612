"""Shapley values: the mean of what a channel adds over all orders in which channels may join."""

from collections.abc import Iterable, Mapping
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

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


def kept(met: Mapping[frozenset[str], tuple[float, float]]) -> dict[frozenset[str], float]:
    """Return what each set of channels is worth: what would be left of all gains, were there no other channels.

    `met` holds gains – orders, or their value – and journeys by the very set of channels that they met. A journey that
    would still have met some of its channels gains as much as journeys do that met these and no others; where there
    are none, as those do that met nothing besides these. Raises TooManyChannels.
    """
    channels = sorted({channel for each in met for channel in each})
    if len(channels) > MOST_CHANNELS:
        raise TooManyChannels(f"{len(channels)} channels, at most {MOST_CHANNELS}")
    place = {channel: 1 << number for number, channel in enumerate(channels)}
    sets = np.array([sum(place[channel] for channel in each) for each in met], int)
    gains, journeys = np.zeros((2, 1 << len(channels)))
    gains[sets], journeys[sets] = np.array(list(met.values()), float).reshape(-1, 2).T
    rates = _rates(gains, journeys, place.values())
    met_by = journeys[sets]
    return {
        frozenset(channel for channel in channels if place[channel] & number): float(met_by @ rates[sets & number])
        for number in range(1 << len(channels))
    }


def _rates(gains: NDArray, journeys: NDArray, bits: Iterable[int]) -> NDArray:
    """Return the gain of a journey by the set of channels it met; numbers of sets are sums of bits."""
    within = np.array([gains, journeys])
    numbers = np.arange(len(gains))
    for bit in bits:
        larger = numbers[numbers & bit > 0]
        within[:, larger] += within[:, larger ^ bit]
    told = np.where(journeys > 0, [gains, journeys], within)
    return np.divide(told[0], told[1], out=np.zeros(len(gains)), where=told[1] > 0)
