"""Forgetting people: files in which their pseudonyms stand are written anew, with others in their place.

PostgreSQL has forgotten them by then, so what is exported later does not know them; a day that was being exported is
waited for.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from threading import Event

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from chengfeng import clock, jobs
from chengfeng.jobs import Report
from chengfeng.models import Job, OutboxMessage

from ..attending import attended
from . import files
from .files import Draft
from .logs import LOGS, Log
from .models import HistoryDay
from .writing import Busy, only_writer, record, write_day

Replacements = Mapping[str, str]

PATIENCE = 2.0  # seconds between two tries to be the only writer
UNREADABLE = (FileNotFoundError, pa.ArrowInvalid)


def on_erased(message: OutboxMessage) -> None:
    """Have a person forgotten of whom the outbox tells; hearing it twice does no harm."""
    jobs.enqueue("erase_history", at=clock.now(), replacements=_told(message.payload))


def _told(payload: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return new pseudonyms by old ones, in the digits of the logs, whether they are of devices or of people."""
    pairs = [*payload.get("shoppers", {}).items(), *payload.get("person", {}).items()]
    return {old.replace("-", ""): new.replace("-", "") for old, new in pairs}


def run(job: Job, report: Report) -> dict:
    """Erase by a job, the kind `erase_history`; what is replaced by what is forgotten when it is done."""
    result = {"files": erase(job.params["replacements"], at=clock.now(), report=report)}
    Job.objects.filter(pk=job.pk).update(params={})
    return result


def erase(replacements: Replacements, *, at: datetime, report: Report) -> int:
    """Replace pseudonyms in every file that has them; return how many files were written anew.

    It waits for another writer. Killed and run again, it goes on: files that know nobody any more are left alone.
    """
    while True:
        try:
            with only_writer() as using:
                return _erase(replacements, at=at, using=using, report=report)
        except Busy:
            report(0, None)
            time.sleep(PATIENCE)


def _erase(replacements: Replacements, *, at: datetime, using: psycopg.Connection, report: Report) -> int:
    due = list(_with_pseudonyms())
    written = 0
    for done, (log, day) in enumerate(due):
        report(done, len(due))
        written += _erase_day(log, day, replacements, at=at, using=using, beat=lambda done=done: report(done, len(due)))
    report(len(due), len(due))
    return written


def _erase_day(
    log: Log, day: date, replacements: Replacements, *, at: datetime, using: psycopg.Connection, beat: Callable
) -> bool:
    """Return whether the file was written anew: with other pseudonyms, or from PostgreSQL where it is unreadable."""
    path, stopped = files.path(log, day), Event()
    try:
        draft = attended(lambda: _rewritten(log, path, replacements, stopped), beat=beat, stop=stopped.set)
    except UNREADABLE:
        write_day(log, day, at=at, using=using, beat=beat)
        return True
    if draft:
        record(log, day, draft, at=at)
        draft.put(path)  # last: where this is never reached, the file is found and written again
    return draft is not None


def _with_pseudonyms() -> Iterator[tuple[Log, date]]:
    """Yield the days that have a file in which there may be pseudonyms."""
    logs = [log for log in LOGS.values() if log.pseudonyms]
    for day in HistoryDay.objects.filter(log__in=[log.name for log in logs], rows__gt=0).order_by("day", "log"):
        yield LOGS[day.log], day.day


def _rewritten(log: Log, path: Path, replacements: Replacements, stopped: Event) -> Draft | None:
    """Return a draft of a file with other pseudonyms, or None where it has none of those to be replaced."""
    old, new = pa.array(replacements.keys(), pa.string()), pa.array(replacements.values(), pa.string())
    with pq.ParquetFile(path) as file:
        found = any(
            pc.any(pc.is_in(column, value_set=old)).as_py()
            for batch in _read(file, stopped, columns=list(log.pseudonyms))
            for column in batch.columns
        )
        if not found:
            return None
        return files.draft(log, (_replaced(batch, log, old, new) for batch in _read(file, stopped)))


def _read(file: pq.ParquetFile, stopped: Event, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    for batch in file.iter_batches(columns=columns):
        if stopped.is_set():
            raise InterruptedError
        yield batch


def _replaced(batch: pa.RecordBatch, log: Log, old: pa.Array, new: pa.Array) -> pa.RecordBatch:
    for name in log.pseudonyms:
        column = batch.column(name)
        place = pc.index_in(column, value_set=old, skip_nulls=True)
        batch = batch.set_column(
            batch.schema.get_field_index(name), batch.schema.field(name), pc.coalesce(new.take(place), column)
        )
    return batch
