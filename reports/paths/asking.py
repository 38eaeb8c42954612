"""Asks an engine for the paths of a shop, and tells by several models what each channel is credited with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.core.cache import cache
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ads.attribution.rules import Clock
from ads.models import EventKind, Placement
from chengfeng.periods import local_date
from shops.models import Merchant

from ..engines import opened
from ..measuring.asking import TEN_THOUSAND
from ..measuring.naming import Named, names
from ..measuring.periods import Days, resolve
from .question import BETWEEN, PathQuestion
from .removal import MOST_STATES, Effects, Journey
from .shapley import MOST_CHANNELS
from .tallying import Credit, PathModel, Tally

SETTLED = timedelta(seconds=10)  # after it was recorded a row may still be on its way into the tables
FEW = 100  # orders, fewer than which say little
KEPT = 600  # seconds for which an answer is kept for who asks again, or takes it as a file


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

    question: PathQuestion
    days: Days
    as_of: datetime
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
    def version(self) -> str:
        return self.question.version(self.days, self.as_of)

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


def ask(question: PathQuestion, merchant: Merchant, *, at: datetime, engine: str | None = None) -> Paths:
    """Return what paths say about the channels of a shop, as of then or as `at` knows it."""
    as_of = _known_at(question, at)
    days = resolve(question.period, today=local_date(as_of, merchant.time_zone))
    tally, beside = Tally(question.order), {"open": 0, "longer": 0, "untouched": (0, Decimal(0))}
    for journey, row in _rows(question, merchant, days, as_of, engine):
        beside["open"] += row["open"]
        beside["longer"] += row["longer"]
        if journey.channels:
            tally.add(journey)
        else:
            beside["untouched"] = (row["conversions"], row["value"] / TEN_THOUSAND)
    return Paths(
        question=question, days=days, as_of=as_of, currency=merchant.currency, number=tally.number,
        conversions=tally.conversions, value=tally.value / TEN_THOUSAND, nulls=tally.nulls,
        **beside, **_told(question, merchant, tally),
    )  # fmt: skip


def answered(question: PathQuestion, merchant: Merchant, *, at: datetime) -> Paths:
    """Return the same, from the cache where it was asked before: what was known at a moment never changes."""
    asked = replace(question, as_of=_known_at(question, at))
    days = resolve(asked.period, today=local_date(asked.as_of, merchant.time_zone))
    key = f"paths:{merchant.code}:{get_language()}:{asked.version(days, asked.as_of)}"
    return cache.get_or_set(key, lambda: ask(asked, merchant, at=at), KEPT)


def _known_at(question: PathQuestion, at: datetime) -> datetime:
    """Return the moment that is asked for, or the latest whole minute of which every row is there."""
    latest = at - SETTLED
    return min(question.as_of, latest) if question.as_of else latest.replace(second=0, microsecond=0)


def _rows(
    question: PathQuestion, merchant: Merchant, days: Days, as_of: datetime, name: str | None
) -> Iterator[tuple[Journey, Mapping[str, int]]]:
    with opened(merchants=[merchant.pk], as_of=as_of, name=name) as engine:
        for batch in engine.batches(_expression(question, merchant, days, as_of, engine)):
            for row in batch.to_pylist():
                steps = tuple(row["path"].split(BETWEEN)[:-1])
                yield Journey(steps, row["conversions"], row["value"], row["nulls"]), row


def _expression(question: PathQuestion, merchant: Merchant, days: Days, as_of: datetime, engine):
    from ..measuring.families import Question
    from .journeys import channel_of, orders_of, paths

    asked = Question(engine, {merchant.pk: merchant.time_zone}, days, question.rule, Clock.ORDER)
    touches = asked.touches.filter(asked.touches.kind.isin([each.kind.value for each in question.rule.counts]))
    return paths(
        touches.mutate(channel=channel_of(touches, question.channel)),
        orders_of(asked.versions, is_net=question.value == "net"), window=timedelta(days=question.window),
        since=asked.start, until=min(asked.end, as_of), is_collapsed=question.repeats == "once",
    )  # fmt: skip


def _told(question: PathQuestion, merchant: Merchant, tally: Tally) -> dict:
    """Return channels and paths by their names, and what is not offered."""
    effects = tally.effects()
    shares, named = tally.credits(effects, merchant.currency), _named(question.channel, tally.channels, merchant)
    return {
        "channels": sorted(_channels(named, shares, effects), key=lambda each: (each.named.name, each.named.code)),
        "frequent": [
            Path([named[step] for step in each.channels], each.conversions, each.nulls, each.value / TEN_THOUSAND)
            for each in tally.frequent
        ],
        "refused": _refused(tally),
    }  # fmt: skip


def _channels(named: Mapping[str, Named], shares: Mapping, effects: Effects | None) -> Iterator[Channel]:
    for key, name in named.items():
        effect = effects.conversions.get(key) if effects else None
        yield Channel(name, {model: by_channel[key] for model, by_channel in shares.items()}, effect)


def _named(code: str, keys: set[str], merchant: Merchant) -> dict[str, Named]:
    """Return what channels are called."""
    if code == "campaign":
        known = names(code, [int(key) for key in keys if key], [merchant.pk])
        return {key: known[int(key)] if key and int(key) in known else Named(key, _("none")) for key in keys}
    labels = {"placement": dict(Placement.choices), "kind": dict(EventKind.choices)}.get(code, {})
    return {key: Named(key, str(labels.get(key, key)) or _("none")) for key in keys}


def _refused(tally: Tally) -> dict[PathModel, str]:
    refused = {}
    if tally.chain is None:
        refused[PathModel.MARKOV] = _(
            "The chain has more than %d states; choose a lower order or larger channels."
        ) % MOST_STATES  # fmt: skip
    if tally.met is None:
        refused[PathModel.SHAPLEY] = _(
            "Every set of channels is looked at, which is done for at most %(most)d channels; these are %(number)d."
        ) % {"most": MOST_CHANNELS, "number": len(tally.channels)}  # fmt: skip
    return refused
