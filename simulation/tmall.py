"""The order report of one Tmall shop: read as found, an order a row, with what was paid and what was given back."""

import csv
import gzip
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
NAME = "tmall_order_report.csv"
COLUMNS = {
    "number": "订单编号", "total": "总金额", "kept": "买家实际支付金额", "region": "收货地址", "placed": "订单创建时间",
    "paid": "订单付款时间", "refund": "退款金额",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sale:
    """One order in CNY; the report's "actually paid" is what the shop kept: the total less what was given back."""

    number: str
    total: Decimal
    kept: Decimal
    refund: Decimal
    region: str
    placed_at: datetime
    paid_at: datetime | None


def is_here(folder: Path) -> bool:
    return any((folder / name).exists() for name in (NAME, f"{NAME}.gz"))


def read(folder: Path) -> list[Sale]:
    """Return the orders of the report, gzipped or not, in the order in which they were placed."""
    packed = folder / f"{NAME}.gz"
    path, opened = (packed, gzip.open) if packed.exists() else (folder / NAME, open)
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        rows.fieldnames = [name.strip() for name in rows.fieldnames]
        return sorted(map(_sale, rows), key=lambda sale: (sale.placed_at, sale.number))


def _sale(row: dict[str, str]) -> Sale:
    cells = {name: row[column].strip() for name, column in COLUMNS.items()}
    return Sale(
        number=cells["number"], total=Decimal(cells["total"]), kept=Decimal(cells["kept"]),
        refund=Decimal(cells["refund"]), region=cells["region"], placed_at=_instant(cells["placed"]),
        paid_at=_instant(cells["paid"]) if cells["paid"] else None,
    )  # fmt: skip


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)
