"""Writing a day of a log: one writer at a time, the manifest's row and the file in its place together."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime

import psycopg
from django.db import connection, transaction
from django.db.models import F

from ..attending import attended
from . import copying, files
from .files import Draft
from .logs import Bounds, Log
from .models import HistoryDay

LOCK = 0x68697374  # one writer of history at a time


class Busy(Exception):
    """Somebody else is writing history now."""


@contextmanager
def own_connection() -> Iterator[psycopg.Connection]:
    """Open a connection for what takes long: it outlives no block, and statements on it may last."""
    own = connection.copy()
    try:
        own.ensure_connection()
        own.connection.execute("SET statement_timeout = 0")
        yield own.connection
    finally:
        own.close()


@contextmanager
def only_writer() -> Iterator[psycopg.Connection]:
    """Be the only writer, on a connection of one's own to copy from; raises Busy where there is another.

    The right to write ends with the connection, so that of a dead writer ends with it.
    """
    with own_connection() as own:
        if not own.execute("SELECT pg_try_advisory_lock(%s, 0)", [LOCK]).fetchone()[0]:
            raise Busy
        files.sweep()
        yield own
        files.sweep()


def write_day(log: Log, day: date, *, at: datetime, using: psycopg.Connection, beat: Callable[[], None]) -> HistoryDay:
    """Write a closed day from PostgreSQL, for the first time or anew; call it as the only writer.

    Where the process dies between file and manifest, the day is still to be written, and is.
    """
    draft = attended(
        lambda: files.draft(log, copying.batches(log, Bounds.of(day), using=using)), beat=beat, stop=using.cancel
    )
    with transaction.atomic():
        written = record(log, day, draft, at=at)
        draft.put(files.path(log, day))
    return written


def record(log: Log, day: date, draft: Draft, *, at: datetime) -> HistoryDay:
    """Write what a file will be into the manifest."""
    facts = {
        "schema": log.schema, "rows": draft.rows, "bytes": draft.bytes, "sha256": draft.sha256, "written_at": at,
    }  # fmt: skip
    known = HistoryDay.objects.filter(log=log.name, day=day)
    if known.update(version=F("version") + 1, **facts):
        return known.get()
    return HistoryDay.objects.create(log=log.name, day=day, **facts)


def record_quiet(log: Log, days: Collection[date], *, at: datetime) -> None:
    """Write days without rows into the manifest."""
    facts = {"schema": log.schema, "rows": 0, "bytes": 0, "sha256": "", "written_at": at}
    HistoryDay.objects.bulk_create(
        [HistoryDay(log=log.name, day=day, **facts) for day in days],
        update_conflicts=True, unique_fields=["log", "day"], update_fields=list(facts),
    )  # fmt: skip
