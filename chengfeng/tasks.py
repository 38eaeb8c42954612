"""What Celery runs: nothing but a look at the rows that say what is due."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from . import jobs, outbox
from .models import Heartbeat

KEPT = timedelta(days=1)  # how long the rows of recurring jobs are kept


@shared_task(name="chengfeng.work")
def work() -> None:
    """Relay messages and run jobs until nothing is due."""
    while outbox.relay(at=timezone.now()) or jobs.run_due(at=timezone.now()):
        pass


@shared_task(name="chengfeng.sweep")
def sweep() -> None:
    """Show a sign of life, enqueue recurring jobs, and pick up whatever a broker or a dead process lost."""
    now = timezone.now()
    Heartbeat.objects.update_or_create(name="worker", defaults={"beaten_at": now})
    if jobs.run_schedules(at=now):
        jobs.forget_finished(before=now - KEPT)
    work()


@shared_task(name="chengfeng.drive")
def drive(lane: str) -> None:
    """Show a sign of life of a lane's worker, and run the lane until nothing is due in it."""
    Heartbeat.objects.update_or_create(name=lane, defaults={"beaten_at": timezone.now()})
    import_string(settings.LANES[lane])()
