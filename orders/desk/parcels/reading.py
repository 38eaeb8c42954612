"""From an unknown file, CSV or XLSX, to numbered rows of what they say of parcels."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from shops.catalogue.importing import reading
from shops.catalogue.importing.columns import plain
from shops.catalogue.importing.reading import FileRefused

MOST_ROWS = 5000
MOST_BYTES = 5 * 2**20
MOST_UNPACKED = 80 * 2**20
MOST_COLUMNS = 100
ZIP = b"PK\x03\x04"
NAMES = {  # our field → the names it goes by, as `plain` writes them
    "order": "order ordercode orderid ordernumber orderno 订单 订单号 订单编号 externalreference reference",
    "carrier": "carrier shippingcarrier logisticscompany 快递公司 物流公司 承运商",
    "tracking": "tracking trackingnumber trackingno waybill 运单号 快递单号 物流单号",
    "sku": "sku variantsku 货号 商品编码",
    "units": "units quantity qty 数量 件数",
}
NEEDED = ("order", "tracking")


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says, as texts; what it leaves out is empty."""

    number: int
    order: str
    carrier: str
    tracking: str
    sku: str
    units: str


def read(file: BinaryIO) -> list[Row]:
    """Return the rows of a file that say something; raises FileRefused when it is no table of parcels, or too large."""
    file.seek(0, 2)
    if file.tell() > MOST_BYTES:
        raise FileRefused(_("The file is larger than %(limit)s MB.") % {"limit": MOST_BYTES >> 20})
    records = _records(file)
    header = next(records, (1, []))[1] or []
    places = _places(header)
    rows = [_row(number, cells or [], places) for number, cells in records if cells is None or any(cells)]
    if len(rows) > MOST_ROWS:
        raise FileRefused(_("The file has more than %(limit)s rows; split it.") % {"limit": MOST_ROWS})
    return rows


def _records(file: BinaryIO) -> Iterator[tuple[int, list[str] | None]]:
    """Yield the cells of each record, the header being 1, and no more of them than anybody may send."""
    file.seek(0)
    if file.read(4) == ZIP:
        return islice(_sheet(file), MOST_ROWS + 2)
    found = reading.survey(file)
    return islice(
        ((n, cells and [cell.strip() for cell in cells]) for n, cells in reading.records(file, found)), MOST_ROWS + 2
    )


def _sheet(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the first sheet of a workbook, read as a stream."""
    _refuse_bomb(file)
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), 1):
            yield number, [_text(cell) for cell in cells]
    except FileRefused:
        raise
    except Exception as error:  # whatever a broken workbook makes the library stumble over
        raise FileRefused(_("The workbook is damaged.")) from error


def _refuse_bomb(file: BinaryIO) -> None:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as packed:
            size = sum(member.file_size for member in packed.infolist())
    except zipfile.BadZipFile as error:
        raise FileRefused(_("The workbook is damaged.")) from error
    if size > MOST_UNPACKED:
        raise FileRefused(_("The file unpacks to more than is accepted."))
    file.seek(0)


def _text(cell: object) -> str:
    """Return a cell as somebody would have typed it: a number without a needless decimal part."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _places(header: Sequence[str]) -> dict[str, int]:
    names = [plain(name) for name in header]
    found = {field: next((names.index(known) for known in text.split() if known in names), None)
             for field, text in NAMES.items()}  # fmt: skip
    if any(found[name] is None for name in NEEDED):
        raise FileRefused(
            _("These columns name no parcels: %(found)s. Needed are order (or reference) and tracking.")
            % {"found": ", ".join(name[:40] for name in header[:20]) or "–"}
        )
    return {field: place for field, place in found.items() if place is not None}


def _row(number: int, cells: Sequence[str], places: dict[str, int]) -> Row:
    said = {field: cells[place] if place < len(cells) else "" for field, place in places.items()}
    texts = {field: said.get(field, "").removeprefix("'").replace("\0", "␀") for field in NAMES}
    return Row(number, **texts)
