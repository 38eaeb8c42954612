"""The files of history: where each is, and how one is written so that it is whole or not there at all."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from .copying import schema
from .logs import LOGS, Log

GROUP_ROWS = 122_880  # rows that are kept in memory and read together
UNFINISHED = ".unfinished"


def path(log: Log, day: date) -> Path:
    return folder(log) / f"day={day}.parquet"


def folder(log: Log) -> Path:
    return Path(settings.HISTORY_ROOT) / log.name / f"v{log.schema}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that is written and safe on the disk, but not yet in its place; without rows there is none."""

    path: Path | None
    rows: int = 0
    bytes: int = 0
    sha256: str = ""

    def put(self, target: Path) -> None:
        """Put the file in its place, at once for everybody who reads; without rows, leave none there."""
        if self.path is None:
            target.unlink(missing_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            self.path.replace(target)
        if target.parent.is_dir():
            _sync(target.parent)


def draft(log: Log, batches: Iterable[pa.RecordBatch]) -> Draft:
    """Write rows of a log into a draft; nothing of it stays behind where that fails."""
    place = Path(settings.HISTORY_ROOT)
    place.mkdir(parents=True, exist_ok=True)
    unfinished = place / f"{uuid4().hex}{UNFINISHED}"
    try:
        with unfinished.open("xb") as file:
            told = Hashing(file)
            rows = write(log, batches, told)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    if not rows:
        unfinished.unlink()
        return Draft(None)
    return Draft(unfinished, rows, told.size, told.digest.hexdigest())


def write(log: Log, batches: Iterable[pa.RecordBatch], sink) -> int:
    """Write rows as Parquet, group by group; return how many there were."""
    rows = 0
    with pq.ParquetWriter(sink, schema(log), compression="zstd") as writer:
        for group in _groups(batches):
            writer.write_table(group.cast(schema(log)))
            rows += group.num_rows
    return rows


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    kept, rows = [], 0
    for batch in batches:
        kept.append(batch)
        rows += batch.num_rows
        while rows >= GROUP_ROWS:
            table = pa.Table.from_batches(kept)
            yield table.slice(0, GROUP_ROWS)
            kept, rows = table.slice(GROUP_ROWS).to_batches(), rows - GROUP_ROWS
    if rows:
        yield pa.Table.from_batches(kept)


class Hashing:
    """A file to write to that knows the checksum of what was written."""

    def __init__(self, file) -> None:
        self.file, self.digest, self.size, self.closed = file, hashlib.sha256(), 0, False

    def write(self, content: bytes) -> int:
        self.digest.update(content)
        self.size += len(content)
        return self.file.write(content)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        self.file.flush()

    def close(self) -> None:
        self.closed = True


def checksum(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def sweep() -> None:
    """Remove what writers that died have left, and days with other columns than now that are written anew by now.

    Call it as the only writer.
    """
    for unfinished in Path(settings.HISTORY_ROOT).glob(f"*{UNFINISHED}"):
        unfinished.unlink(missing_ok=True)
    for log in LOGS.values():
        for old in outdated(log):
            if (folder(log) / old.name).exists():
                old.unlink()


def outdated(log: Log) -> list[Path]:
    """Return the files of a log whose columns are those of an earlier version."""
    folders = [place for place in folder(log).parent.glob("v*") if place != folder(log)]
    return sorted(path for place in folders for path in place.glob("*.parquet"))


def _sync(place: Path) -> None:
    """Make sure that the names in a folder outlive a power cut."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
