"""Files of a run for people and programs: CSV, XLSX and Parquet of all its rows, made while they are sent."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from django.utils.translation import gettext as _

from chengfeng import sheets

from ..measuring.columns import BEFORE, NAME, exported, names
from ..measuring.definition import Definition, parse
from ..measuring.dimensions import DIMENSIONS
from ..measuring.measures import MEASURES
from .models import Format, ReportRun

CHUNK = 256 * 1024
TYPES = {Format.CSV: sheets.CSV, Format.XLSX: sheets.XLSX, Format.PARQUET: "application/vnd.apache.parquet"}


class TooLong(Exception):
    """A sheet cannot hold all rows; the message is for people."""


def content(run: ReportRun, file_format: str) -> Iterator[bytes]:
    """Return all rows of a run as a file, in pieces; raises TooLong for what no sheet holds."""
    from ..measuring import kept

    definition, source = parse(run.definition), Path(run.file.path)
    if file_format == Format.PARQUET:
        return _copied(lambda target: kept.copy_parquet(source, definition, target))
    titles = list(headings(definition).values())
    if file_format == Format.CSV:
        rows = _copied(lambda target: kept.copy_csv(source, definition, target))
        return chain(sheets.csv_of([], headings=titles), rows)
    if run.rows >= sheets.SHEET_ROWS:
        raise TooLong(_("A sheet holds 1,048,575 rows; choose CSV or Parquet, or fewer days."))
    return sheets.xlsx_of(_rows(kept.batches(source, definition)), headings=titles)


def _rows(batches: Iterable) -> Iterator[tuple]:
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _copied(copy: Callable[[Path], None]) -> Iterator[bytes]:
    """Yield the file that is copied to a path, which goes with the last piece."""
    with tempfile.TemporaryDirectory() as folder:
        copy(Path(folder) / "rows")
        with (Path(folder) / "rows").open("rb") as file:
            while data := file.read(CHUNK):
                yield data


def headings(definition: Definition) -> dict[str, str]:
    """Return the headings of a file by the names of its columns."""
    told: dict[str, str] = {}
    for code in definition.dimensions:
        label = str(DIMENSIONS[code].label)
        told |= {code: label} if len(names(code)) == 1 else {code: _("%s (code)") % label, code + NAME: label}
    for code in definition.offered:
        label = str(MEASURES[code].label)
        told |= {code: label, code + BEFORE: _("%s, before") % label}
    return {name: told[name] for name in exported(definition)}


def name_of(run: ReportRun, file_format: str) -> str:
    """Return what the file is called."""
    return f"{run.merchant.slug}-{run.code}.{file_format}"
