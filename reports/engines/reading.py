"""Engines that read files: those of closed days where they are, and a file of its own for what is open."""

import os
import shutil
import tempfile
from abc import abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ibis
from django.conf import settings
from django.db import connection, transaction

from chengfeng import sql
from reports.history import copying, files
from reports.history.covering import cover
from reports.history.logs import Bounds, Log

from .engine import Engine, named

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class FileEngine(Engine):
    """An engine with a folder for itself, which goes when it is closed."""

    def __init__(self, bounds: Bounds, as_of: datetime | None) -> None:
        super().__init__(bounds, as_of)
        self._folder = own_folder(Path(settings.ENGINE_TEMP))
        self.folder = Path(self._folder.name)

    def close(self) -> None:
        self._folder.cleanup()

    def _table(self, log: Log, bounds: Bounds, name: str) -> ibis.Table:
        covered = cover(log, bounds)
        tails = [tail for n, gap in enumerate(covered.gaps) if (tail := self._tail(log, gap, f"{name}_{n}"))]
        self._read([*covered.files, *tails] or [self._empty(log, name)], log, name, _within(log, bounds))
        return named(log, name)

    @abstractmethod
    def _read(self, paths: Sequence[Path], log: Log, name: str, where: str) -> None:
        """Make the rows of files that meet a condition known as one table of that name."""

    def _tail(self, log: Log, bounds: Bounds, name: str) -> Path | None:
        """Copy rows out of PostgreSQL into a file; None where there are none."""
        path = self.folder / f"{name}.parquet"
        with transaction.atomic(), path.open("wb") as sink:
            connection.ensure_connection()
            sql.run("SET LOCAL statement_timeout = 0")
            rows = files.write(log, copying.batches(log, bounds, using=connection.connection), sink)
        return path if rows else None

    def _empty(self, log: Log, name: str) -> Path:
        path = self.folder / f"{name}_empty.parquet"
        with path.open("wb") as sink:
            files.write(log, [], sink)
        return path


def own_folder(root: Path) -> tempfile.TemporaryDirectory:
    """Make a folder that bears the number of this process, and remove those of processes that died."""
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob("run-*"):
        if not Path("/proc", left.name.split("-")[1]).exists():
            shutil.rmtree(left, ignore_errors=True)
    return tempfile.TemporaryDirectory(prefix=f"run-{os.getpid()}-", dir=root, ignore_cleanup_errors=True)


def _within(log: Log, bounds: Bounds) -> str:
    """Return the condition of the rows within bounds; files of whole days and of all merchants hold more."""
    met = ["true"]
    if bounds.since:
        met.append(f"recorded >= {micros(bounds.since)}")
    if bounds.until:
        met.append(f"recorded < {micros(bounds.until)}")
    if bounds.merchants is not None and log.has_merchant:
        mine = ", ".join(map(str, bounds.merchants))
        met.append(f"merchant IN ({mine})" if mine else "false")
    return " AND ".join(met)


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND
