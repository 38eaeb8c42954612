"""Files of rows: CSV and XLSX, streamed, in the shop's time, with no cell that a spreadsheet would execute."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from ..models import Export

SHEET_ROWS = 1_048_576
FORMULA = ("=", "+", "-", "@", "\t", "\r")

Write = Callable[[Sequence], None]


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def plain(value, zone: ZoneInfo) -> object:
    """Return a value as a cell holds it: numbers as numbers, times in the shop's zone, texts made harmless."""
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None, microsecond=0)
    if isinstance(value, Decimal):
        return _short(value)
    return harmless(value) if isinstance(value, str) else value


def _short(number: Decimal) -> Decimal:
    """Return the number with at most four decimals and no needless zeros, never in exponents."""
    rounded = round(number, 4).normalize()
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded


@contextmanager
def csv_file(path: Path, *, zone: ZoneInfo) -> Iterator[Write]:
    """Write CSV in UTF-8 with a byte order mark, by which spreadsheets know it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        yield lambda row: writer.writerow(["" if v is None else plain(v, zone) for v in row])


@contextmanager
def xlsx_file(path: Path, *, zone: ZoneInfo) -> Iterator[Write]:
    """Write one sheet, row by row, without holding it in memory."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"

    def cell(value) -> WriteOnlyCell:
        made = WriteOnlyCell(sheet, value=plain(value, zone))
        if isinstance(value, str):
            made.data_type = "s"
        return made

    yield lambda row: sheet.append([cell(v) for v in row])
    book.save(path)


WRITERS = {Export.Format.CSV: csv_file, Export.Format.XLSX: xlsx_file}
