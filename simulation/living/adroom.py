"""The platform's ads room: its recurring jobs as of a simulated instant, in the evening, and steering by day."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.module_loading import import_string

from chengfeng import clock
from chengfeng.models import Job

from . import chance

EVENING = (
    "rescore_events", "add_partitions", "count_ads", "train_predictions", "count_audiences", "keep_wallets",
    "watch_campaigns", "give_rebates",
)  # fmt: skip
EVERY, LAST = 3, timedelta(days=2)  # days between two such evenings, until the last days of the history


def close(day: date, *, now: datetime) -> None:
    """Do what the jobs of some days would have done by the end of the last (or `now`); of late, those of each day."""
    at = min(chance.midnight(day + timedelta(days=1)), now)
    if day.toordinal() % EVERY == 0 or at > now - LAST:
        for kind in EVENING:
            run(kind, at=at)


def steer(*, at: datetime) -> None:
    """Let every campaign be looked at."""
    run("steer_campaigns", at=at)


def run(kind: str, *, at: datetime) -> dict:
    """Run a job of a kind named in settings.JOBS as if `at` were now, and return its result."""
    with clock.at(at):
        return import_string(settings.JOBS[kind])(Job(kind=kind, due_at=at), _unheard)


def _unheard(done: int, total: int | None) -> None:
    """Nobody waits for the progress."""
