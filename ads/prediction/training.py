"""Trains the click and the purchase model on what came since the last time, and lets the good ones serve."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial

import numpy as np
from django.db import transaction
from django.db.models import QuerySet

from chengfeng import clock, sql
from chengfeng.jobs import Report
from chengfeng.models import Job

from ..models import PredictionModel
from . import packing
from .checking import refusal
from .delays import fit, pending
from .examples import CLICK_WAIT, WINDOW, Catalogue, Examples, clicks, impressions
from .learner import SLICE, Learner
from .selling import read_sold
from .smoothing import FIRST_CLICK, FIRST_PURCHASE
from .sold import Sold

Kind, State = PredictionModel.Kind, PredictionModel.State
FIRST = {Kind.CLICK: FIRST_CLICK, Kind.PURCHASE: FIRST_PURCHASE}
SETTLING = timedelta(minutes=2)  # what was received earlier is committed: no statement lives longer than a minute
LONGEST, MANY = 72, 200_000  # slices read at once, and examples beyond which fewer are
SPAN = {Kind.CLICK: timedelta(days=1), Kind.PURCHASE: timedelta(days=7)}  # learnt in one version; a kill loses no more
KEPT = 3  # newest versions of a kind that keep their weights
LOCK = 0x61646C6E

Read = Callable[[datetime, datetime], Examples]


class Step(StrEnum):
    """What became of an attempt to train."""

    SERVING = "serving"
    REJECTED = "rejected"
    NOTHING_NEW = "nothing_new"
    OVERTAKEN = "overtaken"


def run(job: Job, report: Report) -> dict:
    """Train both models until all that was received is learnt; the job kind `train_predictions`."""
    made = {kind.value: 0 for kind in FIRST}
    alive = partial(report, 0, None)
    for kind in FIRST:
        while train(kind, at=clock.now(), alive=alive) in (Step.SERVING, Step.REJECTED):
            made[kind.value] += 1
    return made


def train(kind: Kind, *, at: datetime, alive: Callable[[], None] = lambda: None) -> Step:
    """Make the next version of a model from what was received since the last one; `at` is only noted on it.

    Nothing is written before the end, and then in one transaction: a trainer that is killed leaves what serves
    serving, and one that was overtaken by another leaves no trace. `alive` is called every few seconds.
    """
    last = PredictionModel.objects.filter(kind=kind).order_by("-version").first()
    until = _horizon(kind, last)
    if until is None:
        return Step.NOTHING_NEW
    catalogue = Catalogue.read()
    base, through = _resume(kind, last)
    learn = _learn_clicks if kind == Kind.CLICK else _learn_purchases
    final, arrays, until = learn(catalogue, base, through, until, alive)
    if final.examples == (last.examples if last else 0) and not (last and kind == Kind.PURCHASE):
        return Step.NOTHING_NEW
    metrics = final.check.metrics() | arrays.pop("metrics")
    return _publish(kind, last, final, arrays, metrics, until, at)


def _horizon(kind: Kind, last: PredictionModel | None) -> datetime | None:
    """Return until when (exclusive) everything received is known together with its outcome; None if that is no news."""
    since = last.trained_through if last else datetime(1970, 1, 1, tzinfo=UTC)
    newest = sql.row(NEWEST, {"since": since})[0]
    if newest is None:
        return None
    settled = newest - SETTLING - (CLICK_WAIT if kind == Kind.CLICK else timedelta(0))
    until = datetime.fromtimestamp(settled.timestamp() // SLICE * SLICE, UTC)
    return until if until > since else None


NEWEST = """
SELECT max(received_at) FROM ads_event
WHERE day >= (SELECT max(day) FROM ads_event) - 2 AND received_at > %(since)s
"""


def _resume(kind: Kind, last: PredictionModel | None) -> tuple[Learner, datetime]:
    """Return the learner as the last version left it, and until when it has learnt; a new one if that is unreadable."""
    try:
        arrays = packing.from_bytes(bytes(last.weights) if last else b"")
    except packing.Unreadable:
        return Learner(kind.value, FIRST[kind]), _beginning()
    return packing.learner(kind.value, arrays), datetime.fromtimestamp(float(arrays["through"]), UTC)


def _beginning() -> datetime:
    """Return the start of the first hour in which anything was received."""
    first = sql.row("SELECT min(received_at) FROM ads_event WHERE day <= (SELECT min(day) FROM ads_event) + 2")[0]
    return first.replace(minute=0, second=0, microsecond=0)


def _learn_clicks(catalogue: Catalogue, base: Learner, through: datetime, until: datetime, alive):
    through = _learn(base, partial(impressions, catalogue), through, until, SPAN[Kind.CLICK], alive)
    arrays = packing.pack(base, Sold()) | packing.pack_state(base) | {"through": np.array(through.timestamp())}
    return base, arrays | {"metrics": {}}, through


def _learn_purchases(catalogue: Catalogue, base: Learner, through: datetime, until: datetime, alive):
    """Learn the clicks whose window is over for good, and on a copy those that may still lead to a purchase."""
    read = partial(clicks, catalogue, now=until)
    ripe = _learn(base, read, through, until - WINDOW, SPAN[Kind.PURCHASE], alive)
    until = min(until, ripe + WINDOW)
    fresh = [examples for examples, _ in _read(partial(clicks, catalogue, now=until), ripe, until, alive)]
    rate = _delay_rate(fresh)
    final = base.copy()
    for examples in fresh:
        alive()
        examples.pending[:] = pending(examples.waited, rate, WINDOW.total_seconds())
        final.learn(examples)
    sold = read_sold(catalogue, at=until, rate=rate)
    arrays = packing.pack(final, sold) | packing.pack_state(base) | {"through": np.array(ripe.timestamp())}
    return final, arrays | {"metrics": {"delay_hours": 1 / rate / 3600}}, until


def _learn(learner: Learner, read: Read, since: datetime, until: datetime, span: timedelta, alive) -> datetime:
    """Learn what was received in [since, until), or at most of a span with anything in it; return how far it came."""
    began, done = learner.examples, since
    for examples, done in _read(read, since, until, alive):
        learner.learn(examples)
        if learner.examples > began and done - since >= span:
            break
    return done


def _read(read: Read, since: datetime, until: datetime, alive) -> Iterator[tuple[Examples, datetime]]:
    """Yield the examples received in [since, until), some slices at once, and until when each lot goes."""
    length = LONGEST
    while since < until:
        alive()
        end = min(since + length * timedelta(seconds=SLICE), until)
        examples = read(since, end)
        yield examples, end
        length = max(length // 2, 1) if len(examples) > MANY else min(2 * length, LONGEST)
        since = end


def _delay_rate(fresh: Sequence[Examples]) -> float:
    """Return how fast purchases come, from the clicks that still may lead to one."""
    seen = [(part.delay[part.hit > 0], part.waited[part.hit > 0]) for part in fresh]
    delays, waited = (np.concatenate([np.zeros(0), *(pair[side] for pair in seen)]) for side in (0, 1))
    return fit(delays, waited, WINDOW.total_seconds())


@transaction.atomic
def _publish(kind, last, final: Learner, arrays: dict, metrics: dict, until: datetime, at: datetime) -> Step:
    """Write the version, unless another trainer has been faster; it serves if it passed the gate."""
    sql.hold(LOCK, 0)
    if _is_overtaken(kind, last):
        return Step.OVERTAKEN
    versions = PredictionModel.objects.filter(kind=kind)
    reason = refusal(metrics)
    if not reason:
        versions.filter(state=State.SERVING).update(state=State.RETIRED)
    made = PredictionModel.objects.create(
        kind=kind, version=last.version + 1 if last else 1, state=State.REJECTED if reason else State.SERVING,
        weights=packing.to_bytes(arrays), trained_through=until, examples=final.examples, metrics=metrics,
        note=reason or "", made_at=at,
    )  # fmt: skip
    _forget(versions, made)
    return Step(made.state)


def _forget(versions: QuerySet[PredictionModel], newest: PredictionModel) -> None:
    """Drop the weights of old versions that do not serve; their figures stay."""
    old = versions.exclude(state=State.SERVING).filter(version__lte=newest.version - KEPT)
    old.exclude(weights=b"").update(weights=b"")


def _is_overtaken(kind: Kind, last: PredictionModel | None) -> bool:
    return PredictionModel.objects.filter(kind=kind, version__gt=last.version if last else 0).exists()
