"""Whether history is whole: every file as the manifest says, every row of PostgreSQL in it, no closed day missing."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from . import closing, files
from .logs import LOGS, Log
from .models import HistoryDay
from .writing import only_writer, own_connection, write_day


@dataclass(frozen=True, slots=True)
class Fault:
    """A day of a log that is not as it should be, and why; without a day, a file that belongs to none."""

    log: Log | None
    day: date | None
    why: str
    path: Path

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


def verify(*, at: datetime, logs: Collection[Log] = tuple(LOGS.values())) -> Iterator[Fault]:
    """Yield what is wrong, log by log: days that are missing, days that are not as they should be, files of no day."""
    through = closing.last_closed(at=at)
    with own_connection() as using:
        for log in logs:
            known = closing.known(log)
            days = closing.missing(log, known, through=through, using=using)
            yield from (Fault(log, day, "missing", files.path(log, day)) for day in days)
            yield from _of_manifest(log, using)
            yield from _strays(log, {*days, *known})


def _of_manifest(log: Log, using: psycopg.Connection) -> Iterator[Fault]:
    known = list(HistoryDay.objects.filter(log=log.name, schema=log.schema).order_by("day"))
    counted = closing.counts(log, first=known[0].day, last=known[-1].day, using=using) if known else {}
    for each in known:
        why = _of_file(log, each) or _of_rows(each, counted.get(each.day, 0))
        if why:
            yield Fault(log, each.day, why, files.path(log, each.day))


def _of_file(log: Log, known: HistoryDay) -> str:
    """Return why a file is not the one of the manifest; empty where it is."""
    path = files.path(log, known.day)
    if not known.rows:
        return "there should be no file" if path.exists() else ""
    if not path.exists():
        return "the file is gone"
    if files.checksum(path) != known.sha256:
        return "the checksum is another"
    return _of_content(path, known)


def _of_content(path: Path, known: HistoryDay) -> str:
    try:
        rows = pq.read_metadata(path).num_rows
    except pa.ArrowInvalid:
        return "it is not Parquet"
    return "" if rows == known.rows else f"it has {rows} rows, the manifest {known.rows}"


def _of_rows(known: HistoryDay, rows: int) -> str:
    return "" if rows == known.rows else f"it has {known.rows} rows, PostgreSQL {rows}"


def _strays(log: Log, known: Collection[date]) -> Iterator[Fault]:
    expected = {files.path(log, day) for day in known}
    for path in [*files.outdated(log), *sorted(files.folder(log).glob("*.parquet"))]:
        if path not in expected:
            yield Fault(None, None, "no day of the manifest", path)


def repair(faults: Collection[Fault], *, at: datetime) -> None:
    """Write faulty days anew from PostgreSQL, and remove files that belong to none; raises Busy."""
    with only_writer() as using:
        for fault in faults:
            if fault.log:
                write_day(fault.log, fault.day, at=at, using=using, beat=lambda: None)
            else:
                fault.path.unlink(missing_ok=True)
