"""Rows of a query as files: CSV as the database writes it, XLSX row by row, both streamed without being held in memory.

What may be taken for a formula is the query's to quote in CSV (`QUOTED`); XLSX writes texts as texts.
"""

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from django.db import connection

CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 64 * 1024
FETCHED = 2000
QUOTED = "CASE WHEN {0} ~ '^[=+@\t\r-]' THEN '''' || {0} ELSE {0} END"
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="xl/workbook.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="worksheets/sheet1.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>',
}
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


def csv(query: str, params: Mapping[str, Any], *, headings: Sequence[str]) -> Iterator[bytes]:
    """Yield a query's rows as CSV in UTF-8 with a byte order mark, by which spreadsheets know it."""
    head = ",".join(headings)
    return _buffered(_copied(f"COPY ({query}) TO STDOUT (FORMAT csv)", params), start=f"\ufeff{head}\r\n".encode())


def xlsx(query: str, params: Mapping[str, Any], *, headings: Sequence[str]) -> Iterator[bytes]:
    """Yield a query's rows as an Excel file of one sheet."""
    return _zipped(_sheet(headings, _fetched(query, params)))


def _copied(statement: str, params: Mapping[str, Any]) -> Iterator[bytes]:
    with connection.cursor() as cursor, cursor.copy(statement, params) as copied:
        for data in copied:
            yield bytes(data)


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


def _fetched(query: str, params: Mapping[str, Any]) -> Iterator[tuple]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, params)
        while rows := cursor.fetchmany(FETCHED):
            yield from rows


def _sheet(head: Sequence[str], rows: Iterable[tuple]) -> Iterator[bytes]:
    yield SHEET.encode()
    yield _row(head)
    for row in rows:
        yield _row(row)
    yield b"</sheetData></worksheet>"


def _row(cells: Iterable) -> bytes:
    return f"<row>{''.join(map(_cell, cells))}</row>".encode()


def _cell(value: str | Decimal | None) -> str:
    """Write a number as a number and anything else as text, which no spreadsheet executes."""
    if isinstance(value, Decimal):
        return f"<c><v>{value:f}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(value or "")}</t></is></c>'


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
            book.writestr(name, content)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
            for chunk in _buffered(sheet, start=b""):
                file.write(chunk)
                yield pipe.taken()
    yield pipe.taken()
