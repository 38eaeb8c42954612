"""Files of the orders that a list shows: CSV as a stream, XLSX as a sheet; no cell is taken for a formula."""

import csv
from collections.abc import Iterator
from io import BytesIO
from zoneinfo import ZoneInfo

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from shops.catalogue.importing.problems import harmless

from ..models import Order, OrderLine, OrderNote
from .sifting import Sieve

CHUNK = 1000
MOST_OF_SHEET = 20_000
MOST_OF_STREAM = 500_000


def headings() -> list[str]:
    return [
        _("Order"), _("External reference"), _("State"), _("Placed at"), _("Paid at"), _("To be shipped by"),
        _("Recipient"), _("Phone"), _("E-mail"), _("Country"), _("Province or state"), _("City"), _("District"),
        _("Street"), _("Postal code"), _("Goods"), _("Units"), _("Currency"), _("Item value"), _("Discount"),
        _("Shipping"), _("Total"), _("Refunded"), _("Message"), _("Flag"), _("Notes of the house"),
    ]  # fmt: skip


def rows(sieve: Sieve, *, most: int) -> Iterator[list]:
    """Yield the cells of each order, in the order of the list; times are the merchant's, without a zone."""
    sign = "-" if sieve.sort.is_descending else ""
    found = sieve.rows().order_by(f"{sign}{sieve.sort.column}", f"{sign}pk").select_related("checkout")
    found = found.prefetch_related(
        Prefetch("lines", OrderLine.objects.select_related("variant").order_by("pk")),
        Prefetch("notes", OrderNote.objects.filter(struck_at=None), to_attr="standing_notes"),
    )
    zone = ZoneInfo(sieve.merchant.time_zone)
    for order in found[:most].iterator(chunk_size=CHUNK):
        yield _cells(order, zone)


def _cells(order: Order, zone: ZoneInfo) -> list:
    checkout, lines = order.checkout, order.lines.all()
    times = [at and at.astimezone(zone).replace(tzinfo=None, microsecond=0)
             for at in (order.placed_at, order.paid_at, order.ship_by_at)]  # fmt: skip
    amounts = [order.subtotal, order.discount, order.shipping, order.total, order.refunded]
    return [
        order.code, checkout.external_reference, order.get_state_display(), *times, checkout.recipient,
        checkout.phone, checkout.email, checkout.country, checkout.region, checkout.city, checkout.district,
        checkout.street, checkout.postal_code, "; ".join(f"{line.variant.sku} × {line.quantity}" for line in lines),
        sum(line.quantity for line in lines), order.currency, *(round(amount, 2) for amount in amounts),
        order.message, order.get_flag_display(), " | ".join(note.text for note in order.standing_notes),
    ]  # fmt: skip


def csv_lines(sieve: Sieve) -> Iterator[str]:
    """Yield the lines of a CSV file in UTF-8 with a byte order mark, by which spreadsheets know it."""
    writer = csv.writer(Line())
    yield "\ufeff" + writer.writerow(headings())
    for cells in rows(sieve, most=MOST_OF_STREAM):
        yield writer.writerow(["" if cell is None else harmless(cell) for cell in cells])


def xlsx(sieve: Sieve) -> bytes:
    """Return a workbook of one sheet, texts as texts."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append(headings())
    for cells in rows(sieve, most=MOST_OF_SHEET):
        sheet.append([text_cell(sheet, cell) for cell in cells])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def text_cell(sheet, value: object) -> object:
    """Return a cell that is what it holds: a text never a formula, nor a character that a sheet cannot hold."""
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=harmless("".join(c for c in value if c.isprintable() or c in "\n\t")))
    cell.data_type = "s"
    return cell


class Line:
    """A file whose `write` hands the line back."""

    def write(self, line: str) -> str:
        return line
