"""Files of a run for people and programs: CSV, XLSX and Parquet of all its rows, made while they are sent."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from django.utils.translation import gettext as _

from chengfeng import sheets

from ..measuring.columns import BEFORE, NAME, exported, harmless, names
from ..measuring.definition import Definition, parse
from ..measuring.dimensions import DIMENSIONS
from ..measuring.measures import MEASURES
from .models import Format, ReportRun
from .reading import in_order

CHUNK = 256 * 1024
TYPES = {Format.CSV: sheets.CSV, Format.XLSX: sheets.XLSX, Format.PARQUET: "application/vnd.apache.parquet"}


class TooLong(Exception):
    """A sheet cannot hold all rows; the message is for people."""


def content(run: ReportRun, file_format: str) -> Iterator[bytes]:
    """Return all rows of a run as a file, in pieces; raises TooLong for what no sheet holds."""
    from ..measuring import kept

    definition, source, by_name = parse(run.definition), Path(run.file.path), not run.heading.get("is_as_of")
    columns = exported(definition, by_name=by_name)
    if file_format == Format.PARQUET:
        return _copied(lambda target: kept.copy_parquet(source, columns, target))
    titles = list(headings(definition, columns).values())
    if file_format == Format.CSV:
        texts = harmless(definition, by_name=by_name)
        return _csv(titles, lambda target: kept.copy_csv(source, texts, target))
    if run.rows >= sheets.SHEET_ROWS:
        most = sheets.SHEET_ROWS - 1
        raise TooLong(_("A sheet holds %s rows; choose CSV or Parquet, or fewer days.") % f"{most:,}")
    return sheets.xlsx_of(_rows(kept.batches(source, columns)), headings=titles)


def changes(one: ReportRun, other: ReportRun) -> Iterator[bytes]:
    """Return every row in which two runs of the same question differ as CSV, in pieces; raises NotComparable."""
    from ..measuring import kept

    earlier, later = in_order(one, other)
    definition = parse(later.definition)
    told = headings(definition, exported(definition.with_(compare=None)))
    titles = [_("Row"), *(told[name] for code in definition.dimensions for name in names(code))]
    for code in definition.offered:
        titles += [_("%s, earlier") % MEASURES[code].label, _("%s, later") % MEASURES[code].label]
    paths = Path(earlier.file.path), Path(later.file.path)
    return _csv(titles, lambda target: kept.copy_differences(*paths, definition, target))


def _csv(titles: list[str], copy: Callable[[Path], None]) -> Iterator[bytes]:
    return chain(sheets.csv_of([], headings=titles), _copied(copy))


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


def headings(definition: Definition, columns: Iterable[str]) -> dict[str, str]:
    """Return the headings of a file by the names of its columns."""
    columns, told = list(columns), dict[str, str]()
    for code in definition.dimensions:
        label = str(DIMENSIONS[code].label)
        told |= {code: _("%s (code)") % label, code + NAME: label} if code + NAME in columns else {code: label}
    for code in definition.offered:
        label = str(MEASURES[code].label)
        told |= {code: label, code + BEFORE: _("%s, before") % label}
    return {name: told[name] for name in columns}


def name_of(run: ReportRun, file_format: str) -> str:
    """Return what the file is called."""
    return f"{run.merchant.slug if run.merchant else 'portfolio'}-{run.code}.{file_format}"
