"""Removal effects: how many conversions a Markov chain of journeys loses without a channel, solved exactly."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np


@dataclass(frozen=True, slots=True)
class Journey:
    """A path of channels that people took, how many of them bought, for how much, and how many did not."""

    channels: tuple[str, ...]
    conversions: float = 0
    value: float = 0
    nulls: float = 0


def removal_effects(journeys: Sequence[Journey], *, order: int = 1) -> dict[str, float]:
    """Return by channel 1 − P₋ⱼ/P, where P is the chance to convert and P₋ⱼ that without the channel's states.

    States are the last `order` channels; a shorter path is one short state. Empty where nobody converted.
    """
    states, moves, starts = _chain(journeys, order)
    whole = _chance(states, moves, starts, without=None)
    channels = sorted({channel for state in states for channel in state})
    if not whole:
        return {}
    return {each: 1 - _chance(states, moves, starts, without=each) / whole for each in channels}


def shared(total: float, effects: dict[str, float]) -> dict[str, float]:
    """Spread a total in proportion to effects."""
    whole = sum(effects.values())
    return {channel: total * effect / whole for channel, effect in effects.items()} if whole else {}


def _chain(journeys, order):
    moves = defaultdict(lambda: defaultdict(float))
    starts = defaultdict(float)
    for journey in journeys:
        weight = journey.conversions + journey.nulls
        if not journey.channels or not weight:
            continue
        states = states_of(journey.channels, order)
        starts[states[0]] += weight
        for here, there in pairwise(states):
            moves[here][there] += weight
        moves[states[-1]][True] += journey.conversions
        moves[states[-1]][False] += journey.nulls
    return sorted(moves), moves, starts


def states_of(channels: tuple[str, ...], order: int) -> list[tuple[str, ...]]:
    """Return the states that a path passes through."""
    if len(channels) <= order:
        return [channels]
    return [channels[end - order : end] for end in range(order, len(channels) + 1)]


def _chance(states, moves, starts, *, without):
    kept = [state for state in states if without not in state]
    place = {state: index for index, state in enumerate(kept)}
    system, converting = np.eye(len(kept)), np.zeros(len(kept))
    for state, row in place.items():
        leaving = sum(moves[state].values())
        converting[row] = moves[state][True] / leaving
        for there, weight in moves[state].items():
            if there in place:
                system[row, place[there]] -= weight / leaving
    reached = np.linalg.solve(system, converting) if kept else converting
    begun = sum(starts.values())
    return sum(weight / begun * reached[place[state]] for state, weight in starts.items() if state in place)
