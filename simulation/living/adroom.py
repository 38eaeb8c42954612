"""The platform's ads room: its recurring jobs as of a simulated instant, some in the evening, steering also by day."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.module_loading import import_string

from chengfeng import clock
from chengfeng.models import Job

from . import chance

EVENING = ("rescore_events", "count_audiences", "keep_wallets", "give_rebates")
SELDOM = ("add_partitions", "count_ads", "train_predictions", "watch_campaigns")
EVERY, LAST = 3, timedelta(days=7)  # days between two runs of these, until the last days of the history


def close(day: date, *, now: datetime) -> None:
    """Do what the jobs of a day would have done by its end (or `now`); the long ones not on every day.

    Predictions are learnt in the evenings in which ads are counted, for their age is that beside the counts.
    """
    at = min(chance.midnight(day + timedelta(days=1)), now)
    is_turn = day.toordinal() % EVERY == 0 or at > now - LAST
    for kind in EVENING + SELDOM * is_turn:
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
