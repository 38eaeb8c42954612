"""Fulfilment: the units of an order go out, in one parcel or several, and arrive."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F

from chengfeng import outbox
from shops.models import User

from .models import Order, OrderLine, Refund, Shipment, ShipmentLine
from .moves import CancelReason, OrderState, WrongState, move
from .units import to_send

OPEN = (OrderState.PAID, OrderState.PARTLY)
WAY = ("state", "first_shipped_at", "shipped_at", "delivered_at")


class NothingToShip(WrongState):
    """Every unit of the order was refunded or has left, or what is left are services."""

    code = "nothing_to_ship"


class UnknownLine(WrongState):
    """The order has no such line, or the line is a service, which is not sent."""

    code = "unknown_line"


class TooManyUnits(WrongState):
    """Fewer units of a line are left to be sent."""

    code = "too_many_units"


def ship_by(order: Order, *, paid_at: datetime) -> datetime:
    """Return from when on it is late to ship the goods of an order that was paid then; services never are."""
    return order.presale.ships_by if order.presale_id else paid_at + settings.SHIP_WITHIN


@transaction.atomic
def ship(
    order: Order,
    *,
    at: datetime,
    lines: Mapping[str, int] | None = None,
    carrier: str = "",
    tracking: str = "",
    by: User | None = None,
) -> Shipment:
    """Send a parcel with `lines` (line code → units) of a paid order on its way, or with all goods that are left.

    Units refunded before they left stay here, services are not sent. The same parcel again is the first: it is known
    by carrier, tracking number and content; without a number, once everything has left. Raises WrongState when the
    order awaits no parcel, or one of its kinds that says which rule was broken; nothing was sent then.
    """
    _lock(order)
    repeated = _same_parcel(order, lines, carrier=carrier, tracking=tracking)
    if repeated:
        return repeated
    _require_open(order)
    units = _chosen(order, lines)
    shipment = _send(order, units, at=at, by=by, kind=Shipment.Kind.PARCEL, carrier=carrier, tracking=tracking)
    told = {"merchant": order.merchant.code, "order": order.code, "shipment": shipment.code}
    outbox.publish("order.shipped", key=shipment.code, payload=told, at=at)
    return shipment


def _lock(order: Order) -> None:
    """Lock the order and see how far it has got by now."""
    order.refresh_from_db(
        fields=WAY, from_queryset=Order.objects.select_for_update(of=("self",), no_key=True)
    )  # fmt: skip


def _require_open(order: Order) -> None:
    if order.state not in OPEN:
        raise WrongState(order.state, OrderState.SHIPPED)


def _same_parcel(order: Order, lines: Mapping[str, int] | None, **parcel: str) -> Shipment | None:
    if order.state in OPEN and not (lines and parcel["tracking"]):
        return None
    sent = order.shipments.filter(kind=Shipment.Kind.PARCEL, **parcel).order_by("pk").prefetch_related("lines__line")
    return next((one for one in sent if lines is None or one.content == dict(lines)), None)


def _chosen(order: Order, lines: Mapping[str, int] | None) -> dict[OrderLine, int]:
    """Return the units that go out; raises NothingToShip, UnknownLine or TooManyUnits."""
    left = {line: units for line, units in to_send(order).items() if not line.product.is_service}
    if not left or (lines is not None and not any(lines.values())):
        raise NothingToShip(order.state, OrderState.SHIPPED)
    if lines is None:
        return left
    by_code = {line.code: line for line in left}
    _refuse_unknown(order, lines)
    chosen = {code: units for code, units in lines.items() if units}
    if any(code not in by_code or not 0 < units <= left[by_code[code]] for code, units in chosen.items()):
        raise TooManyUnits(order.state, OrderState.SHIPPED)
    return {by_code[code]: units for code, units in chosen.items()}


def _refuse_unknown(order: Order, codes: Mapping[str, int]) -> None:
    goods = order.lines.filter(code__in=list(codes), product__is_service=False)
    if goods.count() != len(codes):
        raise UnknownLine(order.state, OrderState.SHIPPED)


def _send(order: Order, units: Mapping[OrderLine, int], *, at: datetime, by: User | None, **parcel: object) -> Shipment:
    shipment = Shipment.objects.create(
        merchant_id=order.merchant_id, order=order, shipped_at=at, shipped_by=by, **parcel
    )
    ShipmentLine.objects.bulk_create(
        ShipmentLine(shipment=shipment, line=line, quantity=quantity) for line, quantity in units.items()
    )
    for line, quantity in units.items():
        OrderLine.objects.filter(pk=line.pk).update(shipped=F("shipped") + quantity)
    advance(order, at=at, by=by)
    return shipment


@transaction.atomic
def deliver_units(line: OrderLine, units: int, *, at: datetime, by: User | None = None) -> Shipment:
    """Note that units of a service were handed over on the spot: shipped and delivered in one.

    A paid order of which nothing is left open then is delivered. Raises WrongState when the order is not paid or is
    over, TooManyUnits.
    """
    order = line.order
    _lock(order)
    _require_open(order)
    left = to_send(order)
    if not 0 < units <= left.get(line, 0):
        raise TooManyUnits(order.state, OrderState.DELIVERED)
    return _send(order, {line: units}, at=at, by=by, kind=Shipment.Kind.HANDOVER, delivered_at=at)


@transaction.atomic
def deliver(what: Order | Shipment, *, at: datetime, by: User | None = None) -> None:
    """Note that a parcel has arrived, or all parcels of a shipped order; again changes nothing.

    The order is delivered when everything that was not refunded has been shipped and has arrived. Raises WrongState
    for an order that has not left in full.
    """
    is_parcel = isinstance(what, Shipment)
    order = what.order if is_parcel else what
    _lock(order)
    if not is_parcel and order.state not in (OrderState.SHIPPED, OrderState.DELIVERED):
        raise WrongState(order.state, OrderState.DELIVERED)
    arriving = order.shipments.filter(pk=what.pk) if is_parcel else order.shipments
    arriving.filter(delivered_at=None).update(delivered_at=at)
    advance(order, at=at, by=by)


def advance(order: Order, *, at: datetime, by: User | None = None) -> None:
    """Move a locked order to where its units and parcels have got; an order that is not under way stays as it is.

    Units wait until their refund is done: one that fails leaves them to be sent.
    """
    if order.state in OPEN:
        _leave(order, at=at, by=by)
    if order.state == OrderState.SHIPPED and not _on_their_way(order):
        move(order, OrderState.DELIVERED, at=at, by=by)


def _leave(order: Order, *, at: datetime, by: User | None) -> None:
    """Move a paid order on when a part of it, or everything that is wanted of it, has left."""
    has_left = order.lines.filter(shipped__gt=0).exists()
    if to_send(order, refunds=[Refund.State.DONE]):
        if has_left and order.state == OrderState.PAID:
            move(order, OrderState.PARTLY, at=at, by=by)
    elif not has_left:
        move(order, OrderState.CANCELLED, at=at, by=by, cancel_reason=CancelReason.REFUNDED)
    elif order.state == OrderState.PAID and not _on_their_way(order):
        move(order, OrderState.DELIVERED, at=at, by=by, first_shipped_at=at, shipped_at=at)
    else:
        move(order, OrderState.SHIPPED, at=at, by=by, first_shipped_at=order.first_shipped_at or at)


def _on_their_way(order: Order) -> bool:
    parcels = order.shipments.filter(delivered_at=None)
    return parcels.exclude(kind=Shipment.Kind.REPLACEMENT).exists()
