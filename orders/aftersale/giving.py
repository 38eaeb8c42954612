"""Giving: what a settled case brings the shopper – money through the order's payments, or goods from the shelf."""

from collections import Counter
from datetime import datetime
from decimal import Decimal

from django.db.models import F

from chengfeng.money import ZERO, allocate, minor_unit
from shops.catalogue import stock
from shops.models import User, Variant

from .. import refunds
from ..models import OrderLine, Refund, Shipment, ShipmentLine
from ..refunds import Left, Wish
from .models import Case, CaseLine
from .moves import CaseState


def give_money(case: Case, *, at: datetime, by: User | None = None) -> list[Refund]:
    """Write the refunds of a case's amount, pending, in the caller's transaction; the order must be locked.

    What was refunded in some other way meanwhile is not refunded again. Units that never left go back on the shelf.
    """
    lefts = {left.line.pk: left for left in refunds.left_by_line(case.order)}
    shares, shipping = _shares(case)
    kept, gone = [], []
    for part, amount in shares.items():
        for wish in _wishes(part, lefts[part.line_id], amount):
            (kept if wish.unshipped else gone).append(wish)
    shipping = min(shipping, refunds.left_of_shipping(case.order))
    written = _request(case, kept, shipping=shipping, restock=bool(kept), at=at, by=by)
    written += _request(case, gone, shipping=ZERO if kept else shipping, restock=False, at=at, by=by)
    Refund.objects.filter(pk__in=[refund.pk for refund in written]).update(case=case)
    return written


def _shares(case: Case) -> tuple[dict[CaseLine, Decimal], Decimal]:
    """Return what each part of a case gets of its amount, and what is left of it for shipping."""
    parts = list(case.lines.select_related("line").order_by("pk"))
    goods = min(case.amount, sum(part.amount for part in parts))
    unit = minor_unit(case.order.currency)
    shares = allocate(goods, [part.amount for part in parts], unit=unit) if goods else [ZERO] * len(parts)
    return dict(zip(parts, shares, strict=True)), case.amount - goods


def _wishes(part: CaseLine, left: Left, amount: Decimal) -> list[Wish]:
    """Return the wishes for a part: one for its units that have not left, one for those that have."""
    units = min(part.quantity, left.quantity)
    if not units:
        return []
    kept = 0 if part.case.comes_back else min(units, left.unshipped)
    gone = min(units - kept, left.quantity - left.unshipped)
    given = min(amount, left.amount)
    code, unit = left.line.code, minor_unit(left.line.order.currency)
    of_kept, of_gone = allocate(given, [kept, gone], unit=unit) if kept or gone else (ZERO, ZERO)
    wishes = [Wish(code, kept, of_kept, unshipped=kept), Wish(code, gone, of_gone, unshipped=0)]
    return [wish for wish in wishes if wish.quantity]


def _request(case: Case, wishes: list[Wish], *, shipping: Decimal, at: datetime, **details) -> list[Refund]:
    if not wishes and not shipping:
        return []
    return refunds.request(case.order, wishes=wishes, shipping=shipping, reason=f"case:{case.reason}", at=at, **details)


def carry_out(case: Case, *, at: datetime) -> bool:
    """Have the providers give back what the case's refunds still owe; return whether nothing is owed any more.

    Never call it inside a transaction; the reconciliation does it too.
    """
    pending = case.refunds.filter(state=Refund.State.PENDING).select_related("payment").order_by("pk")
    results = [refunds.carry_out(refund, at=at) for refund in pending]
    return all(results)


def take_back(case: Case, *, restock: bool, at: datetime) -> None:
    """Note that a case's goods came back, and put them on the shelf if they are fit for it.

    An exchange that goes on leaves the count of returned units alone: others take their place. What a refund of the
    shop's own has taken back meanwhile is not taken back again.
    """
    units = _out_there(case)
    if case.kind == Case.Kind.RETURN or case.state == CaseState.REFUNDED:
        count_returned(case)
    for part in case.lines.select_related("line__variant").order_by("line__variant_id") if restock else ():
        if number := units[part.line_id]:
            stock.put_back(variant=part.line.variant, quantity=number, cause=f"{case.code}:back", at=at)


def count_returned(case: Case) -> None:
    for line, number in _out_there(case).items():
        OrderLine.objects.filter(pk=line).update(returned=F("returned") + number)


def _out_there(case: Case) -> dict[int, int]:
    """Return how many units of each line (pk) of a case nobody has taken back yet; the order must be locked."""
    parts = case.lines.select_related("line")
    return {part.line_id: min(part.quantity, part.line.shipped - part.line.returned) for part in parts}


def send_replacement(case: Case, *, at: datetime, by: User | None, carrier: str, tracking: str) -> Shipment:
    """Take what a case brings in exchange off the shelf and send it. Raises OutOfStock."""
    parts = list(case.lines.select_related("replacement", "line"))
    wanted: Counter[Variant] = Counter()
    for part in parts:
        wanted[part.replacement] += part.quantity
    stock.hold(cause=case.code, lines=sorted(wanted.items(), key=lambda one: one[0].pk), at=at, expires_at=at)
    stock.take(cause=case.code, at=at)
    shipment = Shipment.objects.create(
        merchant_id=case.merchant_id, order=case.order, kind=Shipment.Kind.REPLACEMENT, carrier=carrier,
        tracking=tracking, shipped_at=at, shipped_by=by,
    )  # fmt: skip
    ShipmentLine.objects.bulk_create(
        ShipmentLine(shipment=shipment, line=part.line, quantity=part.quantity) for part in parts
    )
    return shipment
