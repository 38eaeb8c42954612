"""The two files that go with parcels: a template of the orders to ship now, and what became of the rows of a file."""

import csv
from collections.abc import Iterator

from django.utils.translation import gettext as _

from shops.catalogue.importing.problems import harmless
from shops.models import Merchant
from shops.tenancy import own

from ...models import Order
from ..attention import TO_SHIP
from ..downloading import Line
from ..models import COLUMNS, ShippingRow, ShippingRun
from ..picking import with_lines
from .planning import reason
from .reading import MOST_ROWS

CHUNK = 500
RESULT = ["row", "order", "carrier", "tracking", "sku", "units", "outcome", "field", "rule", "reason"]


def template(merchant: Merchant) -> Iterator[str]:
    """Yield the lines of a CSV file of the orders that await a parcel, the first due first, to be filled in."""
    yield _line([
        *COLUMNS.values(), _("Recipient"), _("Phone"), _("Province or state"), _("City"),
        _("District"), _("Street"), _("Postal code"), _("Goods"),
    ], first=True)  # fmt: skip
    waiting = own(Order, merchant).filter(state__in=TO_SHIP, ship_by_at__isnull=False).order_by("ship_by_at", "pk")
    keys = list(waiting.values_list("pk", flat=True)[:MOST_ROWS])
    for start in range(0, len(keys), CHUNK):
        part = {order.pk: order for order in with_lines(Order.objects.filter(pk__in=keys[start : start + CHUNK]))}
        for key in keys[start : start + CHUNK]:
            yield _line(_cells(part[key]))


def _cells(order: Order) -> list[str]:
    to = order.checkout
    goods = "; ".join(f"{line.variant.sku} × {line.open}" for line in order.goods if line.open)
    address = [to.recipient, to.phone, to.region, to.city, to.district, to.street, to.postal_code]
    return [order.code, "", "", "", "", *address, goods]


def results(run: ShippingRun, *, only_refused: bool) -> Iterator[str]:
    """Yield the rows of a run as lines of a CSV file: what they said, what became of them and why."""
    yield _line(RESULT, first=True)
    rows = run.rows.filter(outcome=ShippingRow.Outcome.REFUSED) if only_refused else run.rows.all()
    for row in rows.iterator(chunk_size=2000):
        said = [row.number, row.order_text, row.carrier, row.tracking, row.sku, row.units]
        yield _line([*said, row.get_outcome_display(), row.field, row.rule, reason(row)])


def _line(cells: list, *, first: bool = False) -> str:
    written = csv.writer(Line()).writerow(["" if cell is None else harmless(cell) for cell in cells])
    return f"\ufeff{written}" if first else written
