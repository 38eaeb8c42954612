"""Tells an answer to people: what each channel is credited with, by its name of today, and what is not offered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from ads.models import EventKind, Placement
from shops.models import Merchant

from ..measuring.asking import TEN_THOUSAND
from ..measuring.naming import Named, names
from .question import Pinned
from .reckoning import Answer, amounts
from .removal import MOST_STATES
from .shapley import MOST_CHANNELS
from .tallying import Credit, PathModel

FEW = 100  # orders, fewer than which say little


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel with what each model credits it with, and what would be lost without it."""

    named: Named
    credits: Mapping[PathModel, Credit]
    effect: float | None

    def share(self, model: PathModel, whole: int) -> Decimal | None:
        """Return what part of all orders a model credits it with."""
        return self.credits[model].conversions / whole if whole else None


@dataclass(frozen=True, slots=True)
class Path:
    """A path with how often it was taken, how many orders came of it, and what they were worth."""

    steps: Sequence[Named]
    conversions: int
    nulls: int
    value: Decimal

    @property
    def journeys(self) -> int:
        return self.conversions + self.nulls

    @property
    def rate(self) -> Decimal:
        return Decimal(self.conversions) / self.journeys


@dataclass(frozen=True, slots=True)
class Paths:
    """An answer: channels by their name, the most frequent paths, totals, and what it all rests on.

    `untouched` are the orders that no touch led to, with their value; `open` journeys had not ended by the last day;
    `longer` ones lost their first steps. `refused` says why models are not offered.
    """

    asked: Pinned
    currency: str
    channels: Sequence[Channel]
    frequent: Sequence[Path]
    number: int
    conversions: int
    value: Decimal
    nulls: int
    untouched: tuple[int, Decimal]
    open: int
    longer: int
    refused: Mapping[PathModel, str]

    @property
    def models(self) -> list[PathModel]:
        return [model for model in PathModel if model not in self.refused]

    @property
    def journeys(self) -> int:
        return self.conversions + self.nulls

    @property
    def rate(self) -> Decimal | None:
        return Decimal(self.conversions) / self.journeys if self.journeys else None

    @property
    def is_thin(self) -> bool:
        """Whether there are so few orders that another day would tell another story."""
        return 0 < self.conversions < FEW


def told(asked: Pinned, merchant: Merchant, answer: Answer) -> Paths:
    """Return an answer with channels and paths by their names."""
    named = _named(asked.question.channel, set(answer["credits"][PathModel.FIRST]), merchant)
    orders, value = answer["untouched"]
    return Paths(
        asked=asked, currency=merchant.currency,
        channels=sorted(_channels(named, answer), key=lambda each: (each.named.name, each.named.code)),
        frequent=[
            Path([named[step] for step in steps], conversions, nulls, worth / TEN_THOUSAND)
            for steps, conversions, nulls, worth in answer["frequent"]
        ],
        untouched=(orders, value / TEN_THOUSAND), value=answer["value"] / TEN_THOUSAND, refused=_refused(answer),
        **{name: answer[name] for name in ("number", "conversions", "nulls", "open", "longer")},
    )  # fmt: skip


def _channels(named: Mapping[str, Named], answer: Answer) -> Iterator[Channel]:
    effects = answer["effects"] or {}
    for key, name in named.items():
        credited = {
            PathModel(model): Credit(*amounts(by_channel[key])) for model, by_channel in answer["credits"].items()
        }
        yield Channel(name, credited, effects.get(key))


def _named(code: str, keys: set[str], merchant: Merchant) -> dict[str, Named]:
    """Return what channels are called."""
    if code == "campaign":
        known = names(code, [int(key) for key in keys if key], [merchant.pk])
        return {key: known[int(key)] if key and int(key) in known else Named(key, _("none")) for key in keys}
    labels = {"placement": dict(Placement.choices), "kind": dict(EventKind.choices)}.get(code, {})
    return {key: Named(key, str(labels.get(key, key)) or _("none")) for key in keys}


def _refused(answer: Answer) -> dict[PathModel, str]:
    refused = {}
    if answer["effects"] is None:
        refused[PathModel.MARKOV] = _(
            "The chain has more than %d states; choose a lower order or larger channels."
        ) % MOST_STATES  # fmt: skip
    if PathModel.SHAPLEY not in answer["credits"]:
        refused[PathModel.SHAPLEY] = _(
            "Every set of channels is looked at, which is done for at most %(most)d channels; these are %(number)d."
        ) % {"most": MOST_CHANNELS, "number": len(answer["credits"][PathModel.FIRST])}  # fmt: skip
    return refused
