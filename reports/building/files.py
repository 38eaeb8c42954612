"""Files of a run for people and programs: CSV, XLSX and Parquet of all its rows, made while they are sent."""

import tempfile
from collections.abc import Iterable, Iterator
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
    definition, source = parse(run.definition), Path(run.file.path)
    if file_format == Format.PARQUET:
        return _parquet(source, definition)
    if file_format == Format.XLSX and run.rows >= sheets.SHEET_ROWS:
        raise TooLong(_("A sheet holds 1,048,575 rows; choose CSV or Parquet, or fewer days."))
    write = sheets.csv_of if file_format == Format.CSV else sheets.xlsx_of
    return write(_rows(source, definition), headings=list(headings(definition).values()))


def _rows(source: Path, definition: Definition) -> Iterable[tuple]:
    from ..measuring.kept import batches

    for batch in batches(source, definition):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _parquet(source: Path, definition: Definition) -> Iterator[bytes]:
    from ..measuring.kept import copy

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        copy(source, definition, path)
        with path.open("rb") as file:
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
