"""Is the process alive, and is everything it needs at hand?"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from .models import Heartbeat

WORKER_SILENCE = timedelta(seconds=60)

parts: dict[str, Callable[[], str]] = {}  # by name: how a part of this process says that it is, in a word


def live(request: HttpRequest) -> JsonResponse:
    """Answer as long as the process can answer at all."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database is there and migrated; say whether workers have lately been seen.

    What else parts of this process say of themselves changes nothing in the status.
    """
    said = {name: part() for name, part in parts.items()}
    try:
        executor = MigrationExecutor(connection)
        behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        beats = dict(Heartbeat.objects.values_list("name", "beaten_at"))
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "unreachable", **said}, status=503)
    workers = {name: _heard(beats.get(name)) for name in ("worker", *settings.LANES)}
    report = {"database": "behind" if behind else "ok", **workers, **said}
    return JsonResponse({"status": "unavailable" if behind else "ok", **report}, status=503 if behind else 200)


def _heard(beaten_at: datetime | None) -> str:
    return "ok" if beaten_at and timezone.now() - beaten_at < WORKER_SILENCE else "silent"
