"""The real marketplace of the Olist files: read as found, with its gaps, into orders that can be placed again."""

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Sao_Paulo")
UNLISTED = "unlisted"  # stands for the seller and the goods of orders whose items the files do not name


@dataclass(frozen=True, slots=True)
class Line:
    """Units of one product of one seller, at one price."""

    seller: str
    product: str
    quantity: int
    unit_price: Decimal
    freight: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment row: method, instalments and value in BRL."""

    method: str
    instalments: int
    value: Decimal


@dataclass(slots=True)
class Sale:
    """One Olist order; `lines` is never empty, for unnamed items are booked as one unlisted thing at what was paid."""

    number: str
    person: str
    city: str
    region: str
    status: str
    placed_at: datetime
    shipped_at: datetime | None
    delivered_at: datetime | None
    lines: list[Line] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)

    @property
    def paid(self) -> Decimal:
        return sum((payment.value for payment in self.payments), Decimal(0))

    @property
    def price(self) -> Decimal:
        return sum((line.unit_price * line.quantity + line.freight for line in self.lines), Decimal(0))

    @property
    def sellers(self) -> list[str]:
        return list(dict.fromkeys(line.seller for line in self.lines))

    def lines_of(self, seller: str) -> list[Line]:
        return [line for line in self.lines if line.seller == seller]


@dataclass(frozen=True, slots=True)
class Files:
    """Everything of the folder that the marketplace is made from."""

    sales: list[Sale]
    products: dict[str, dict[str, str]]
    sellers: dict[str, dict[str, str]]
    categories: dict[str, str]


def read(folder: Path) -> Files:
    """Read the folder's files, gzipped or not; sales come in the order in which they were bought."""
    people = {row["customer_id"]: row for row in rows(folder, "olist_customers_dataset")}
    sales = {row["order_id"]: _sale(row, people) for row in rows(folder, "olist_orders_dataset")}
    for row in rows(folder, "olist_order_payments_dataset"):
        if row["order_id"] in sales:
            sales[row["order_id"]].payments.append(_payment(row))
    for number, lines in _lines(folder).items():
        if number in sales:
            sales[number].lines = lines
    for sale in sales.values():
        if not sale.lines:
            sale.lines = [Line(UNLISTED, UNLISTED, 1, sale.paid, Decimal(0))]
    names = rows(folder, "product_category_name_translation")
    return Files(
        sales=sorted(sales.values(), key=lambda sale: (sale.placed_at, sale.number)),
        products={row["product_id"]: row for row in rows(folder, "olist_products_dataset")},
        sellers={row["seller_id"]: row for row in rows(folder, "olist_sellers_dataset")},
        categories={row["product_category_name"]: row["product_category_name_english"] for row in names},
    )


def rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a file by its name without ending."""
    packed = folder / f"{name}.csv.gz"
    path, opened = (packed, gzip.open) if packed.exists() else (folder / f"{name}.csv", open)
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _sale(row: dict[str, str], people: dict[str, dict[str, str]]) -> Sale:
    person = people.get(row["customer_id"], {})
    placed_at = _instant(row["order_purchase_timestamp"])
    shipped_at = _instant(row["order_delivered_carrier_date"]) or _instant(row["order_approved_at"]) or placed_at
    delivered_at = _instant(row["order_delivered_customer_date"]) or shipped_at + timedelta(days=7)
    has_left, has_arrived = row["order_status"] in {"shipped", "delivered"}, row["order_status"] == "delivered"
    shipped_at = max(shipped_at, placed_at + timedelta(minutes=1))  # some parcels left before they were bought
    return Sale(
        number=row["order_id"],
        person=person.get("customer_unique_id", row["customer_id"]),
        city=person.get("customer_city", ""),
        region=person.get("customer_state", ""),
        status=row["order_status"],
        placed_at=placed_at,
        shipped_at=shipped_at if has_left else None,
        delivered_at=max(delivered_at, shipped_at) if has_arrived else None,
    )


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE) if text else None


def _payment(row: dict[str, str]) -> Payment:
    return Payment(row["payment_type"], max(int(row["payment_installments"] or 1), 1), Decimal(row["payment_value"]))


def _lines(folder: Path) -> dict[str, list[Line]]:
    """Return the lines of each order; rows of the same thing at the same price are one line of several units."""
    units: dict[str, Counter] = defaultdict(Counter)
    freight: dict[tuple, Decimal] = defaultdict(Decimal)
    for row in rows(folder, "olist_order_items_dataset"):
        thing = (row["seller_id"], row["product_id"], Decimal(row["price"]))
        units[row["order_id"]][thing] += 1
        freight[row["order_id"], thing] += Decimal(row["freight_value"])
    return {
        number: [
            Line(seller, product, count, price, freight[number, (seller, product, price)])
            for (seller, product, price), count in things.items()
        ]
        for number, things in units.items()
    }
