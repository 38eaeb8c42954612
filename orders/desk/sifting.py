"""Sifting orders by what the address asks for: words, state, days, goods, money, marks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from chengfeng.periods import days_period, midnight
from shops.models import Hold, Merchant
from shops.tenancy import own

from ..models import Order, OrderNote, Shipment
from ..moves import OrderState
from . import attention, finding
from .counting import Tally, capped
from .forms import ATTENTION
from .paging import SORTS, Sort

WALKING = ("region", "priced", "carrier", "note")  # filters that look at order after order, so nobody counts them


@dataclass(frozen=True, slots=True)
class Sieve:
    """The orders that everything but the state lets through, and those of the state."""

    merchant: Merchant
    at: datetime
    wanted: Mapping[str, Any]
    base: QuerySet[Order]
    is_capped: bool = False
    is_small: bool = False  # words have named the orders one by one
    counts: dict[str, Tally] = field(default_factory=dict)

    @property
    def state(self) -> str:
        return self.wanted.get("state", "")

    @property
    def is_countable(self) -> bool:
        return not any(self.wanted.get(name) for name in WALKING)

    @property
    def sort(self) -> Sort:
        """How the rows are ordered: as asked for, what is to be shipped by its due only where that is known."""
        name = self.wanted.get("sort") or "new"
        is_due = self.state in (*attention.TO_SHIP, ATTENTION)
        return SORTS["new" if name == "due" and not is_due else name]

    def rows(self) -> QuerySet[Order]:
        """Return the orders that are asked for, in no order yet."""
        if self.state == ATTENTION:
            return self.base.filter(pk__in=attention.keys(self.merchant, self.wanted.get("why", ""), at=self.at))
        rows = self.base.filter(state=self.state) if self.state else self.base
        return rows.filter(ship_by_at__isnull=False) if self.sort.column == "ship_by_at" else rows

    def count(self) -> None:
        """Count the orders of every state and of every exception, by one statement."""
        queries = attention.queries(self.merchant, at=self.at)
        if self.is_countable and not self.is_small:
            queries |= {state.value: self.base.filter(state=state) for state in OrderState}
            queries["all"] = self.base
        self.counts.update(capped(queries))
        if self.is_small:
            self._count_small()

    def _count_small(self) -> None:
        """Count the orders that words have named, at once."""
        numbers = dict(self.base.order_by().values_list("state").annotate(Count("pk")))
        self.counts.update({state.value: Tally(numbers.get(state.value, 0)) for state in OrderState})
        self.counts["all"] = Tally(sum(numbers.values()))


def sift(merchant: Merchant, wanted: Mapping[str, Any], *, at: datetime) -> Sieve:
    """Return the sieve of what a form has understood; days are the merchant's own, both included."""
    base, is_capped, is_small = own(Order, merchant), False, False
    for name, find in (("q", finding.find), ("product", finding.of_product)):
        if words := wanted.get(name):
            found = find(merchant, words)
            base, is_capped, is_small = base.filter(pk__in=found.keys), is_capped or found.is_capped, True
    sifted = base.filter(_plain(merchant, wanted), *_special(wanted))
    return Sieve(merchant, at, wanted, sifted, is_capped, is_small)


def _plain(merchant: Merchant, wanted: Mapping[str, Any]) -> Q:
    """Return the conditions on columns of the order itself."""
    asked = Q()
    if first := wanted.get("first"):
        asked &= Q(placed_at__gte=midnight(first, merchant.time_zone))
    if last := wanted.get("last"):
        asked &= Q(placed_at__lt=days_period(last, last, merchant.time_zone).end)
    for name, lookup in (("low", "total__gte"), ("high", "total__lte")):
        if wanted.get(name) is not None:
            asked &= Q(**{lookup: wanted[name]})
    if wanted.get("flag"):
        asked &= Q(flag=wanted["flag"]) & ~Q(flag="")
    if wanted.get("message"):
        asked &= ~Q(message="")
    if wanted.get("refund"):
        asked &= Q(refunded__gt=0)
    return asked


def _special(wanted: Mapping[str, Any]) -> list[Q | Exists]:
    """Return the conditions on what belongs to the order."""
    asked: list[Q | Exists] = []
    if wanted.get("region"):
        asked.append(Q(checkout__region=wanted["region"]))
    if wanted.get("carrier"):
        parcels = Shipment.objects.filter(order=OuterRef("pk"), merchant=OuterRef("merchant"))
        asked.append(Exists(parcels.filter(carrier=wanted["carrier"])))
    if wanted.get("note"):
        asked.append(Exists(OrderNote.objects.filter(order=OuterRef("pk"), struck_at=None)))
    if wanted.get("priced"):
        asked.append(_priced_by(wanted["priced"]))
    return asked


def _priced_by(kind: str) -> Q | Exists:
    if kind == "presale":
        return Q(presale__isnull=False)
    if kind == "flash":
        return Exists(Hold.objects.filter(cause=OuterRef("code"), flash_item__isnull=False))
    return Q(discount__gt=0)
