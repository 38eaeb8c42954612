"""Trains the click and the purchase model on what came since the last time, and lets the good ones serve."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

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
CHUNK = timedelta(hours=6)  # read at once
SPAN = {Kind.CLICK: timedelta(days=1), Kind.PURCHASE: timedelta(days=7)}  # learnt in one version; a kill loses no more
KEPT = 3  # newest versions of a kind that keep their weights
LOCK = 0x61646C6E


class Step(StrEnum):
    """What became of an attempt to train."""

    SERVING = "serving"
    REJECTED = "rejected"
    NOTHING_NEW = "nothing_new"
    OVERTAKEN = "overtaken"


def run(job: Job, report: Report) -> dict:
    """Train both models until all that was received is learnt; the job kind `train_predictions`."""
    made = {kind.value: 0 for kind in FIRST}
    for kind in FIRST:
        while train(kind, at=clock.now()) in (Step.SERVING, Step.REJECTED):
            made[kind.value] += 1
            report(sum(made.values()), None)
    return made


def train(kind: Kind, *, at: datetime) -> Step:
    """Make the next version of a model from what was received since the last one; `at` is only noted on it.

    Nothing is written before the end, and then in one transaction: a trainer that is killed leaves what serves
    serving, and one that was overtaken by another leaves no trace.
    """
    last = PredictionModel.objects.filter(kind=kind).order_by("-version").first()
    until = _horizon(kind, last)
    if until is None:
        return Step.NOTHING_NEW
    catalogue = Catalogue.read()
    base, through = _resume(kind, last)
    final, arrays, until = (_learn_clicks if kind == Kind.CLICK else _learn_purchases)(catalogue, base, through, until)
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


def _learn_clicks(catalogue: Catalogue, base: Learner, through: datetime, until: datetime):
    until = _learn(base, lambda since, end: impressions(catalogue, since, end), through, until, SPAN[Kind.CLICK])
    arrays = packing.pack(base, Sold()) | packing.pack_state(base) | {"through": np.array(until.timestamp())}
    return base, arrays | {"metrics": {}}, until


def _learn_purchases(catalogue: Catalogue, base: Learner, through: datetime, until: datetime):
    """Learn the clicks whose window is over for good, and on a copy those that may still lead to a purchase."""
    ripe = _learn(
        base, lambda since, end: clicks(catalogue, since, end, until), through, until - WINDOW, SPAN[Kind.PURCHASE]
    )
    until = min(until, ripe + WINDOW)
    fresh = clicks(catalogue, ripe, until, until)
    rate = _delay_rate(fresh)
    final = base.copy()
    final.learn(_with_pending(fresh, rate))
    sold = read_sold(catalogue, at=until, rate=rate)
    arrays = packing.pack(final, sold) | packing.pack_state(base) | {"through": np.array(ripe.timestamp())}
    return final, arrays | {"metrics": {"delay_hours": 1 / rate / 3600}}, until


def _learn(learner: Learner, read, since: datetime, until: datetime, span: timedelta) -> datetime:
    """Learn in chunks what was received in [since, until), or at most of a span with anything in it; return its end."""
    began = learner.examples
    while since < until and not (learner.examples > began and span <= timedelta(0)):
        end = min(since + CHUNK, until)
        learner.learn(read(since, end))
        since, span = end, span - CHUNK
    return since


def _delay_rate(fresh: Examples) -> float:
    hit = fresh.hit > 0
    return fit(fresh.delay[hit], fresh.waited[hit], WINDOW.total_seconds())


def _with_pending(fresh: Examples, rate: float) -> Examples:
    fresh.pending[:] = pending(fresh.waited, rate, WINDOW.total_seconds())
    return fresh


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
