"""The platform's ads room: its recurring jobs as of a simulated instant, some in the evening, steering also by day."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.module_loading import import_string

from chengfeng import clock
from chengfeng.models import Job

from . import chance

EVENING = (
    "add_partitions", "rescore_events", "count_ads", "train_predictions", "count_audiences", "watch_campaigns",
    "keep_wallets",
)  # fmt: skip


def close(day: date, *, now: datetime) -> None:
    """Do what the jobs of a day would have done by its end (or `now`)."""
    at = min(chance.midnight(day + timedelta(days=1)), now)
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
