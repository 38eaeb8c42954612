"""Removal effects: what a Markov chain of journeys loses without a channel, solved exactly by sparse elimination."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array, eye_array
from scipy.sparse.linalg import splu

MOST_STATES = 1500

State = tuple[str, ...]


class TooManyStates(ValueError):
    """A chain of that order has more states than are solved, once for each channel, while somebody waits."""


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


def removal_effects(journeys: Iterable[Journey], *, order: int = 1) -> Effects:
    """Return by channel 1 − P₋ⱼ/P, where P is the chance to convert and P₋ⱼ that without the channel's states.

    States are the last `order` channels; a shorter path is one short state, a path of nothing is left out. For the
    value, converting from a state brings the mean value of the orders that came from it.
    """
    chain = Chain(order)
    for journey in journeys:
        chain.add(journey)
    return chain.effects()


class Chain:
    """A Markov chain of some order, counted journey by journey."""

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
        """Return what is lost without each channel."""
        states = sorted(self.leaving)
        system, gains, begun = self._system(states)
        whole = _reached(system, gains, begun)
        held: dict[str, list[int]] = defaultdict(list)
        for row, state in enumerate(states):
            for channel in set(state):
                held[channel].append(row)
        without = {}
        for channel in sorted(held):
            kept = np.delete(np.arange(len(states)), held[channel])
            without[channel] = _reached(system[kept][:, kept], gains[kept], begun[kept])
        return Effects(*(_lost(whole[i], {each: left[i] for each, left in without.items()}) for i in (0, 1)))

    def _system(self, states: Sequence[State]) -> tuple[csc_array, NDArray, NDArray]:
        """Return I − Q, what converting brings from each state – orders and value –, and where journeys begin."""
        place = {state: row for row, state in enumerate(states)}
        moved = [
            (place[here], place[there], weight / self.leaving[here])
            for here, onward in self.moves.items() for there, weight in onward.items()
        ]  # fmt: skip
        rows, columns, chances = zip(*moved, strict=True) if moved else ((), (), ())
        size, total = len(states), self.starts.total()
        onward = coo_array((np.array(chances, float), (rows, columns)), shape=(size, size))
        gains = [[won / self.leaving[state] for won in self.won[state]] for state in states]
        begun = [self.starts[state] / total for state in states]
        return (eye_array(size) - onward).tocsc(), np.array(gains, float).reshape(size, 2), np.array(begun)


def states_of(channels: tuple[str, ...], order: int) -> list[State]:
    """Return the states that a path passes through."""
    if len(channels) <= order:
        return [channels]
    return [channels[end - order : end] for end in range(order, len(channels) + 1)]


def _reached(system: csc_array, gains: NDArray, begun: NDArray) -> NDArray:
    """Return the orders and the value that a journey comes to, before it begins."""
    return begun @ splu(system.tocsc()).solve(gains) if len(begun) else np.zeros(2)


def _lost(whole: float, left: Mapping[str, float]) -> dict[str, float]:
    return {channel: 1 - float(part / whole) for channel, part in left.items()} if whole else {}
