"""What a file of parcels comes to: each row checked against the orders as they are, rows of one parcel put together."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from shops.models import Merchant
from shops.tenancy import own

from ... import carriers
from ...models import Order, OrderLine, Shipment
from ..attention import TO_SHIP
from ..models import ShippingRow
from ..picking import with_lines
from .reading import Row

UNITS = re.compile(r"[1-9]\d{0,5}(\.0+)?", re.A)
LIMITS = {"carrier": 60, "tracking": 60, "sku": 64, "order": 80}
RULES = {
    "required": _("This must not be empty."),
    "too_long": _("This has more characters than are allowed."),
    "unknown": _("There is no such order."),
    "ambiguous": _("Several orders have this reference; name the order by its code."),
    "wrong_state": _("The order awaits no parcel: %(state)s."),
    "nothing_to_ship": _("Nothing of the order is left to be sent."),
    "unknown_sku": _("The order has no such SKU to be sent."),
    "units": _("This is not a number of units above 0."),
    "too_many": _("More than is left to be sent: %(left)s."),
    "mixed": _("Other rows of this parcel name SKUs: name one here too."),
    "duplicate": _("An earlier row says the same."),
    "forbidden": _("The order has changed meanwhile and does not allow it any more."),
}


class Broken(Exception):
    """A row breaks a rule; `facts` fill the rule's words."""

    def __init__(self, field: str, rule: str, **facts):
        super().__init__(rule)
        self.field, self.rule, self.facts = field, rule, facts

    @property
    def reason(self) -> str:
        return str(RULES[self.rule]) % self.facts


@dataclass(slots=True)
class Parcel:
    """Rows that make one parcel of one order; `units` by line code, or None for all that is left."""

    order: Order
    carrier: str
    tracking: str
    rows: list[Row] = field(default_factory=list)
    units: dict[str, int] | None = None
    is_repeated: bool = False


@dataclass(slots=True)
class Plan:
    """The parcels of a file in the order of their rows, and the rows that are refused with the reason."""

    parcels: list[Parcel] = field(default_factory=list)
    refused: list[tuple[Row, Order | None, Broken]] = field(default_factory=list)


def plan(merchant: Merchant, rows: Sequence[Row]) -> Plan:
    """Check rows against the merchant's orders, by a fixed number of queries."""
    return _Planner(_orders(merchant, {row.order for row in rows if row.order})).plan(rows)


def reason(row: ShippingRow) -> str:
    """Return why a row was refused, in the language of who reads it where the rule says it all."""
    text = str(RULES.get(row.rule, row.reason))
    return row.reason if "%(" in text else text


def _orders(merchant: Merchant, texts: Iterable[str]) -> dict[str, list[Order]]:
    """Return the merchant's orders by code and by reference, with what is open of each line and the parcels sent."""
    texts = list(texts)
    meant = Q(code__in=texts) | Q(checkout__external_reference__in=texts)
    parcels = Prefetch("shipments", Shipment.objects.prefetch_related("lines"), to_attr="parcels")
    found: dict[str, list[Order]] = defaultdict(list)
    for order in with_lines(own(Order, merchant).filter(meant).prefetch_related(parcels)):
        found[order.code].append(order)
        if reference := order.checkout.external_reference:
            found[reference].append(order)
    return found


class _Planner:
    """Goes through the rows once; what earlier rows take is remembered."""

    def __init__(self, orders: dict[str, list[Order]]):
        self.orders = orders
        self.parcels: dict[tuple[int, str, str], Parcel] = {}
        self.left: dict[int, dict[int, int]] = {}
        self.result = Plan()

    def plan(self, rows: Sequence[Row]) -> Plan:
        for row in rows:
            order = None
            try:
                order = self._order(row)
                self._add(row, order)
            except Broken as broken:
                self.result.refused.append((row, order, broken))
        self.result.parcels = list(self.parcels.values())
        return self.result

    def _order(self, row: Row) -> Order:
        for name in ("order", "tracking"):
            if not getattr(row, name):
                raise Broken(name, "required")
        for name, limit in LIMITS.items():
            if len(getattr(row, name)) > limit:
                raise Broken(name, "too_long")
        found = self.orders.get(row.order, [])
        if not found:
            raise Broken("order", "unknown")
        if len(found) > 1:
            raise Broken("order", "ambiguous")
        return found[0]

    def _add(self, row: Row, order: Order) -> None:
        carrier = carriers.code_of(row.carrier)
        key = (order.pk, carrier, row.tracking)
        parcel = self.parcels.get(key) or Parcel(order, carrier, row.tracking)
        if any((one.carrier, one.tracking) == key[1:] for one in order.parcels):
            parcel.is_repeated = True
        else:
            self._take(parcel, row, order)
        parcel.rows.append(row)
        self.parcels[key] = parcel

    def _take(self, parcel: Parcel, row: Row, order: Order) -> None:
        """Put what the row names into the parcel; what it names no unit of is all that is left."""
        if order.state not in TO_SHIP:
            raise Broken("order", "wrong_state", state=order.get_state_display())
        left = self.left.setdefault(order.pk, {line.pk: line.open for line in order.goods})
        if row.sku:
            self._take_units(parcel, row, left)
        elif parcel.rows:
            raise Broken("sku", "mixed" if parcel.units is not None else "duplicate")
        elif not any(left.values()):
            raise Broken("order", "nothing_to_ship")
        elif row.units:
            raise Broken("sku", "required")
        else:
            self.left[order.pk] = dict.fromkeys(left, 0)

    def _take_units(self, parcel: Parcel, row: Row, left: dict[int, int]) -> None:
        line = next((one for one in parcel.order.goods if one.variant.sku == row.sku), None)
        if line is None:
            raise Broken("sku", "unknown_sku")
        if (parcel.rows and parcel.units is None) or (parcel.units and line.code in parcel.units):
            raise Broken("sku", "duplicate")
        units = self._units(row, line, left[line.pk])
        left[line.pk] -= units
        parcel.units = (parcel.units or {}) | {line.code: units}

    @staticmethod
    def _units(row: Row, line: OrderLine, left: int) -> int:
        if row.units and not UNITS.fullmatch(row.units):
            raise Broken("units", "units")
        units = int(row.units.partition(".")[0]) if row.units else left
        if units > left or not left:
            raise Broken("units", "too_many", left=left)
        return units
