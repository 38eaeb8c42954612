"""Removal effects: what a Markov chain of journeys loses without a channel, solved exactly and at once for all."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

MOST_STATES = 1500

State = tuple[str, ...]


class TooManyStates(ValueError):
    """A chain of that order has more states than are solved while somebody waits."""


@dataclass(frozen=True, slots=True)
class Journey:
    """A path of channels that people took: how many orders came of it, what they were worth, and how often none did."""

    channels: tuple[str, ...]
    conversions: float = 0
    value: float = 0
    nulls: float = 0


@dataclass(frozen=True, slots=True)
class Effects:
    """By channel, the share that is lost without it: of orders, and of their value; empty where there was nothing."""

    conversions: Mapping[str, float]
    value: Mapping[str, float]


class Chain:
    """A Markov chain of some order, counted journey by journey.

    States are the last `order` channels; a shorter path is one short state, a path of nothing is left out.
    """

    def __init__(self, order: int) -> None:
        self.order = order
        self.starts: Counter[State] = Counter()
        self.moves: dict[State, Counter[State]] = defaultdict(Counter)
        self.leaving: Counter[State] = Counter()
        self.won: dict[State, list[float]] = defaultdict(lambda: [0, 0])

    def add(self, journey: Journey) -> None:
        """Count a journey; raises TooManyStates."""
        weight = journey.conversions + journey.nulls
        if not journey.channels or not weight:
            return
        states = states_of(journey.channels, self.order)
        self.starts[states[0]] += weight
        for here, there in pairwise(states):
            self.moves[here][there] += weight
        for state in states:
            self.leaving[state] += weight
        self.won[states[-1]][0] += journey.conversions
        self.won[states[-1]][1] += journey.value
        if len(self.leaving) > MOST_STATES:
            raise TooManyStates(f"more than {MOST_STATES} states")

    def effects(self) -> Effects:
        """Return what is lost without each channel: what its states bring, as often as journeys come through them.

        With F = (I − Q)⁻¹ that is (begun·F)ⱼ (Fⱼⱼ)⁻¹ (F·gains)ⱼ, where j are the states that hold the channel; its
        share is 1 − P₋ⱼ/P. For the value, a state brings the mean value of the orders that came from it.
        """
        states = sorted(self.leaving)
        onward, gains, begun = self._system(states)
        inside = np.linalg.inv(np.eye(len(states)) - onward)
        visits, worth = begun @ inside, inside @ gains
        lost = {
            channel: visits[rows] @ np.linalg.solve(inside[np.ix_(rows, rows)], worth[rows])
            for channel, rows in _holding(states).items()
        }
        return Effects(*(_share(lost, i, whole) for i, whole in enumerate(begun @ worth)))

    def _system(self, states: Sequence[State]) -> tuple[NDArray, NDArray, NDArray]:
        """Return Q, what converting brings from each state – orders and value –, and where journeys begin."""
        place = {state: row for row, state in enumerate(states)}
        onward, total = np.zeros((len(states), len(states))), self.starts.total()
        for here, moves in self.moves.items():
            for there, weight in moves.items():
                onward[place[here], place[there]] = weight / self.leaving[here]
        gains = [[won / self.leaving[state] for won in self.won[state]] for state in states]
        begun = [self.starts[state] / total for state in states]
        return onward, np.array(gains, float).reshape(len(states), 2), np.array(begun)


def states_of(channels: tuple[str, ...], order: int) -> list[State]:
    """Return the states that a path passes through."""
    if len(channels) <= order:
        return [channels]
    return [channels[end - order : end] for end in range(order, len(channels) + 1)]


def _holding(states: Sequence[State]) -> dict[str, list[int]]:
    """Return by channel, in the order of the alphabet, the places of the states that hold it."""
    held: dict[str, list[int]] = defaultdict(list)
    for row, state in enumerate(states):
        for channel in set(state):
            held[channel].append(row)
    return dict(sorted(held.items()))


def _share(lost: Mapping[str, NDArray], gain: int, whole: float) -> dict[str, float]:
    return {channel: float(part[gain] / whole) for channel, part in lost.items()} if whole else {}
