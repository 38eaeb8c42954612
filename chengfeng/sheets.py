"""Rows as files: CSV as the database writes it, or from rows at hand, and XLSX row by row; streamed, never held whole.

What may be taken for a formula is the query's to quote in CSV (`QUOTED`), or `harmless`; XLSX writes texts as texts.
"""

import csv as plain
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 64 * 1024
FETCHED = 2000
SHEET_ROWS = 1_048_576  # that one sheet holds, the heading among them
QUOTED = "CASE WHEN {0} ~ '^[=+@\t\r-]' THEN '''' || {0} ELSE {0} END"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what XML has no way to write
MARKUP = re.compile("[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
EPOCH = date(1899, 12, 30).toordinal()  # from which spreadsheets count days
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/styles.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="xl/workbook.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{NAMESPACE}" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<bookViews><workbookView/></bookViews><sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="worksheets/sheet1.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
    '<Relationship Id="r2" Target="styles.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{NAMESPACE}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts><font><sz val="11"/><name val="Calibri"/></font></fonts><fills><fill><patternFill/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders><border><left/><right/><top/><bottom/>'
    "<diagonal/></border></borders><cellStyleXfs><xf/></cellStyleXfs>"
    '<cellXfs><xf/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
DAY, MOMENT = 1, 2  # styles of cells
SHEET = (
    f'<worksheet xmlns="{NAMESPACE}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)

Told = Callable[[int], None]  # is told how many rows are written


def unheard(rows: int) -> None:
    """Do nothing about how many rows are written."""


def csv(query: str, params: Mapping[str, Any], *, headings: Sequence[str], told: Told = unheard) -> Iterator[bytes]:
    """Yield a query's rows as CSV in UTF-8 with a byte order mark, by which spreadsheets know it."""
    return _csv(_counted(_copied(f"COPY ({query}) TO STDOUT (FORMAT csv)", params), told), headings)


def csv_of(rows: Iterable[Sequence], *, headings: Sequence[str], told: Told = unheard) -> Iterator[bytes]:
    """Yield rows at hand as such a CSV: numbers, days, moments without a zone, texts made harmless, None as nothing."""
    return _csv((_line(map(_plain, row)) for row in _counted(rows, told)), headings)


def xlsx(query: str, params: Mapping[str, Any], *, headings: Sequence[str], told: Told = unheard) -> Iterator[bytes]:
    """Yield a query's rows as an Excel file of one sheet."""
    return xlsx_of(fetched(query, params), headings=headings, told=told)


def xlsx_of(rows: Iterable[Sequence], *, headings: Sequence[str], told: Told = unheard) -> Iterator[bytes]:
    """Yield rows at hand as an Excel file of one sheet, which holds `SHEET_ROWS` at most, the heading among them."""
    return _zipped(_sheet(headings, _counted(rows, told)))


def fetched(query: str, params: Mapping[str, Any]) -> Iterator[tuple]:
    """Yield a query's rows without holding them all."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, params)
        while rows := cursor.fetchmany(FETCHED):
            yield from rows


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _counted(rows: Iterable, told: Told) -> Iterator:
    """Yield the rows, telling at every thousandth, and at the end, how many there were."""
    number = 0
    for number, row in enumerate(rows, start=1):
        yield row
        if number % 1000 == 0:
            told(number)
    told(number)


def _copied(statement: str, params: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the rows that the database writes, each as a line; others may be asked for meanwhile."""
    with _unshared() as used, used.cursor() as cursor, cursor.copy(statement, params) as copied:
        for data in copied:
            yield bytes(data)


@contextmanager
def _unshared() -> Iterator[BaseDatabaseWrapper]:
    """Give a connection of its own to what takes long; inside a transaction that one, for it sees what that wrote."""
    if connection.in_atomic_block:
        yield connection
        return
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
        yield own
    finally:
        own.close()


def _csv(lines: Iterable[bytes], headings: Sequence[str]) -> Iterator[bytes]:
    return _buffered(lines, start="\ufeff".encode() + _line(headings))


class _Line:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> bytes:
        return text.encode()


def _line(cells: Iterable) -> bytes:
    return WRITER.writerow(cells)


WRITER = plain.writer(_Line(), lineterminator="\n")


def _plain(value: Any) -> Any:
    """Return a value as a cell of CSV holds it."""
    if isinstance(value, str):
        return harmless(value)
    return f"{value:f}" if isinstance(value, Decimal) else value


def _buffered(pieces: Iterable[bytes], *, start: bytes) -> Iterator[bytes]:
    """Yield the pieces in chunks worth a write to the network."""
    waiting, size = [start], len(start)
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= CHUNK:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _sheet(head: Sequence[str], rows: Iterable[Sequence]) -> Iterator[bytes]:
    yield SHEET.encode()
    yield _row(head)
    for row in rows:
        yield _row(row)
    yield b"</sheetData></worksheet>"


def _row(cells: Iterable) -> bytes:
    return f"<row>{''.join([CELLS[type(cell)](cell) for cell in cells])}</row>".encode()


def _number(value: Decimal | float) -> str:
    return f"<c><v>{value}</v></c>"


def _text(value: str) -> str:
    """Return a text as such, which no spreadsheet executes; blanks at its ends count."""
    if MARKUP.search(value):
        value = UNSPEAKABLE.sub("", escape(value))
    space = "" if value.strip() == value else ' xml:space="preserve"'
    return f'<c t="inlineStr"><is><t{space}>{value}</t></is></c>'


class _Cells(dict):
    """Writes of cells by the type of what they hold; a type that is not there is written as the next one it is of."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        return self[next(base for base in kind.__mro__ if base in self)]


CELLS = _Cells({
    bool: lambda value: f'<c t="b"><v>{value:d}</v></c>',
    Decimal: _number, int: _number, float: _number,
    datetime: lambda value: f'<c s="{MOMENT}"><v>{_days(value)}</v></c>',
    date: lambda value: f'<c s="{DAY}"><v>{value.toordinal() - EPOCH}</v></c>',
    str: _text,
    type(None): lambda value: "<c/>",
})  # fmt: skip


def _days(moment: datetime) -> float:
    """Return the number by which spreadsheets know a moment, which has no zone."""
    since_midnight = moment.hour * 3600 + moment.minute * 60 + moment.second
    return moment.toordinal() - EPOCH + since_midnight / 86400


class _Pipe:
    """A file that cannot be rewound: what is written to it is taken out again by `taken`."""

    def __init__(self):
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is written is there."""

    def taken(self) -> bytes:
        data, self.pieces = b"".join(self.pieces), []
        return data


def _zipped(sheet: Iterable[bytes]) -> Iterator[bytes]:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, content in PARTS.items():
            book.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 1)  # undated: equal rows, equal bytes
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
            for chunk in _buffered(sheet, start=b""):
                file.write(chunk)
                yield pipe.taken()
    yield pipe.taken()
