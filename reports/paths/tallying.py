"""Counts paths as they come, for every model at once, in memory that grows with channels and not with paths."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from heapq import heappush, heappushpop
from math import lcm

from ads.attribution.rules import AMOUNT_UNIT, split
from chengfeng.money import ZERO, minor_unit

from .question import MOST_STEPS
from .removal import Chain, Effects, Journey, TooManyStates
from .shapley import MOST_CHANNELS, kept, shapley

CONVERSION_UNIT = Decimal("0.0001")
PART = lcm(*range(1, MOST_STEPS + 1))  # so many parts that those of any path's step are a whole number
FINE = 2**40  # into how many parts effects are rounded
MOST_LISTED = 50


class PathModel(StrEnum):
    """How orders are spread over the channels of their paths."""

    FIRST = "first"
    LAST = "last"
    LINEAR = "linear"
    DISTINCT = "distinct"  # evenly over different channels, which is what Shapley values of counts come to
    MARKOV = "markov"
    SHAPLEY = "shapley"  # of conversion rates


@dataclass(frozen=True, slots=True)
class Credit:
    """What a model says is a channel's: of the orders, and of what they were worth."""

    conversions: Decimal
    value: Decimal


class Tally:
    """Sums over journeys whose values are whole ten-thousandths."""

    def __init__(self, order: int) -> None:
        self.conversions = self.value = self.nulls = self.number = 0
        self.weights = {model: (Counter(), Counter()) for model in COUNTED}
        self.chain: Chain | None = Chain(order)
        self.met: dict[frozenset[str], list[int]] | None = defaultdict(lambda: [0, 0, 0])
        self.channels: set[str] = set()
        self._listed: list[tuple] = []

    def add(self, journey: Journey) -> None:
        """Count a path, which comes once."""
        self.number += 1
        self.conversions += journey.conversions
        self.value += journey.value
        self.nulls += journey.nulls
        self.channels.update(journey.channels)
        self._weigh(journey)
        self._list(journey)
        self._chain(journey)
        self._meet(journey)

    def _weigh(self, journey: Journey) -> None:
        path, different = journey.channels, dict.fromkeys(journey.channels)
        for model, taken in (("first", path[:1]), ("last", path[-1:]), ("linear", path), ("distinct", different)):
            orders, value = self.weights[model]
            for channel in taken:
                orders[channel] += journey.conversions * (PART // len(taken))
                value[channel] += journey.value * (PART // len(taken))

    def _list(self, journey: Journey) -> None:
        """Keep the most frequent paths; of equally frequent ones those that come first in the alphabet."""
        entry = (journey.conversions + journey.nulls, _Backwards(journey.channels), -self.number, journey)
        (heappush if len(self._listed) < MOST_LISTED else heappushpop)(self._listed, entry)

    def _chain(self, journey: Journey) -> None:
        try:
            if self.chain:
                self.chain.add(journey)
        except TooManyStates:
            self.chain = None

    def _meet(self, journey: Journey) -> None:
        if len(self.channels) > MOST_CHANNELS:
            self.met = None
        if self.met is not None:
            counted = self.met[frozenset(journey.channels)]
            for i, gain in enumerate((journey.conversions, journey.value, journey.conversions + journey.nulls)):
                counted[i] += gain

    @property
    def frequent(self) -> list[Journey]:
        """The most frequent paths, the most frequent one first."""
        return [journey for *_, journey in sorted(self._listed, reverse=True)]

    def effects(self) -> Effects | None:
        """Return what is lost without each channel; None where the chain has too many states."""
        return self.chain.effects() if self.chain else None

    def credits(self, effects: Effects | None, currency: str) -> dict[PathModel, dict[str, Credit]]:
        """Return by model what each channel is credited with; the credits of a model sum to all there is."""
        weights = dict(self.weights)
        if effects:
            weights[PathModel.MARKOV] = (_whole(effects.conversions), _whole(effects.value))
        if self.met is not None:
            weights[PathModel.SHAPLEY] = (self._rated(0), self._rated(1))
        return {model: self._spread(*weights[model], currency) for model in PathModel if model in weights}

    def _rated(self, gain: int) -> dict[str, int]:
        return _whole(shapley(kept({each: (sums[gain], sums[2]) for each, sums in self.met.items()})))

    def _spread(self, orders: Mapping[str, int], value: Mapping[str, int], currency: str) -> dict[str, Credit]:
        channels, coin, worth = sorted(self.channels), minor_unit(currency), self.value * AMOUNT_UNIT
        one = spread(Decimal(self.conversions), [orders.get(each, 0) for each in channels], CONVERSION_UNIT)
        other = spread(worth, [value.get(each, 0) for each in channels], AMOUNT_UNIT if worth % coin else coin)
        return {channel: Credit(*pair) for channel, *pair in zip(channels, one, other, strict=True)}


COUNTED = (PathModel.FIRST, PathModel.LAST, PathModel.LINEAR, PathModel.DISTINCT)


class _Backwards(tuple):
    """A path that is less than another one where it comes later in the alphabet."""

    def __lt__(self, other: tuple) -> bool:
        return tuple(self) > tuple(other)


def spread(total: Decimal, weights: Sequence[int], unit: Decimal) -> list[Decimal]:
    """Spread a total in proportion to weights, exactly; nothing where they come to nothing."""
    return split(total, weights, unit) if sum(weights) > 0 else [ZERO for _ in weights]


def _whole(effects: Mapping[str, float]) -> dict[str, int]:
    """Return effects as whole numbers of one size."""
    most = max(map(abs, effects.values()), default=0)
    return {channel: round(effect / most * FINE) if most else 0 for channel, effect in effects.items()}
