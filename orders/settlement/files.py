"""Statements as files: CSV as the database writes it, XLSX row by row, both streamed without being held in memory."""

import json
import zipfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from xml.sax.saxutils import escape

from django.db import connection
from django.utils.translation import gettext as _

from chengfeng.money import minor_unit
from shops.models import Merchant

from .models import Payout, Settlement, Statement
from .statements import Current

CHUNK = 64 * 1024
FETCHED = 2000

ROWS = """
SELECT to_char(at AT TIME ZONE %(zone)s, 'YYYY-MM-DD HH24:MI:SS') AS at,
    %(labels)s::jsonb ->> kind AS kind, "order",
    CASE WHEN reference ~ '^[=+@\t\r-]' THEN '''' || reference ELSE reference END AS reference, code,
    round(goods, %(digits)s) AS goods, round(subsidy, %(digits)s) AS subsidy, round(shipping, %(digits)s) AS shipping,
    round(shipping_subsidy, %(digits)s) AS shipping_subsidy, round(tax, %(digits)s) AS tax,
    round(commission, %(digits)s) AS commission, round(net, %(digits)s) AS net, transfer
FROM (
    SELECT s.settled_at AS at, s.number, s.kind, o.code AS "order", c.external_reference AS reference, s.code, s.goods,
        s.subsidy, s.shipping, s.shipping_subsidy, s.tax, -s.commission AS commission, s.net, t.code AS transfer
    FROM orders_settlement s JOIN orders_order o ON o.id = s.order_id JOIN orders_checkout c ON c.id = o.checkout_id
    LEFT JOIN chengfeng_transfer t ON t.id = s.transfer_id
    WHERE s.merchant_id = %(merchant)s AND s.currency = %(currency)s AND s.{which}
    UNION ALL
    SELECT p.sent_at, 0, 'payout', '', '', p.code, 0, 0, 0, 0, 0, 0, -p.amount, t.code
    FROM orders_payout p JOIN chengfeng_transfer t ON t.id = p.transfer_id
    WHERE p.merchant_id = %(merchant)s AND p.currency = %(currency)s AND p.{which}
    UNION ALL
    SELECT r.returned_at, 0, 'returned', '', '', p.code, 0, 0, 0, 0, 0, 0, p.amount, t.code
    FROM orders_payoutreturn r JOIN orders_payout p ON p.id = r.payout_id
    JOIN chengfeng_transfer t ON t.id = r.transfer_id
    WHERE r.merchant_id = %(merchant)s AND p.currency = %(currency)s AND r.{which}
) rows ORDER BY rows.at, "order", number, code
"""
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


def headings() -> list[str]:
    """Return the names of the columns in the reader's language."""
    return [
        _("Time"), _("Kind"), _("Order"), _("Your reference"), _("Code"), _("Goods"), _("Platform discount"),
        _("Shipping"), _("Platform shipping"), _("Tax and fees"), _("Commission"), _("Due to you"),
        _("Ledger transfer"),
    ]  # fmt: skip


def csv(statement: Statement | Current) -> Iterator[bytes]:
    """Yield the lines of a statement as CSV in UTF-8 with a byte order mark, by which spreadsheets know it."""
    query, params = _query(statement)
    head = ",".join(headings())
    return _buffered(_copied(f"COPY ({query}) TO STDOUT (FORMAT csv)", params), start=f"\ufeff{head}\r\n".encode())


def xlsx(statement: Statement | Current) -> Iterator[bytes]:
    """Yield the lines of a statement as an Excel file of one sheet."""
    query, params = _query(statement)
    return _zipped(_sheet(headings(), _fetched(query, params)))


def _query(statement: Statement | Current) -> tuple[str, dict]:
    merchant: Merchant = statement.merchant
    labels = {kind.value: str(kind.label) for kind in Settlement.Kind}
    params = {
        "merchant": merchant.pk, "currency": statement.currency, "zone": merchant.time_zone,
        "digits": -int(minor_unit(statement.currency).as_tuple().exponent), "statement": getattr(statement, "pk", None),
        "labels": json.dumps(labels | {"payout": _("Payout"), "returned": Payout.State.RETURNED.label}, default=str),
    }  # fmt: skip
    which = "statement_id = %(statement)s" if params["statement"] else "statement_id IS NULL"
    return ROWS.format(which=which), params


def _copied(statement: str, params: dict) -> Iterator[bytes]:
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


def _fetched(query: str, params: dict) -> Iterator[tuple]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, params)
        while rows := cursor.fetchmany(FETCHED):
            yield from rows


def _sheet(head: list[str], rows: Iterable[tuple]) -> Iterator[bytes]:
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
