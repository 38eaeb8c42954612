"""Keeping vouchers true to their lines: as many are valid as units are still to be had."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from ..models import Order, OrderLine
from ..moves import OrderState
from ..units import counted
from .bookings import drop
from .models import Voucher


def match(order: Order, *, at: datetime) -> None:
    """Void the vouchers whose units were refunded, revive those whose refund failed; the order must be locked.

    Booked ones are voided last, and revived ones come back without their booking.
    """
    for line in counted(order).filter(Exists(Voucher.objects.filter(line=OuterRef("pk")))):
        wanted = 0 if order.state == OrderState.CANCELLED else line.quantity - line.shipped - line.given_up
        excess = Voucher.objects.filter(line=line, state=Voucher.State.VALID).count() - wanted
        if excess > 0:
            _void(line, excess, at=at)
        elif excess < 0:
            _revive(line, -excess)


def _void(line: OrderLine, number: int, *, at: datetime) -> None:
    valid = Voucher.objects.filter(line=line, state=Voucher.State.VALID).prefetch_related("bookings")
    ranked = sorted(valid, key=lambda voucher: (voucher.is_booked, -voucher.position))
    keys = [voucher.pk for voucher in ranked[:number]]
    Voucher.objects.filter(pk__in=keys).update(state=Voucher.State.REFUNDED, voided_at=at)
    drop(keys, at=at)


def _revive(line: OrderLine, number: int) -> None:
    voided = Voucher.objects.filter(line=line, state__in=[Voucher.State.REFUNDED, Voucher.State.EXPIRED])
    keys = list(voided.order_by("-voided_at", "position").values_list("pk", flat=True)[:number])
    Voucher.objects.filter(pk__in=keys).update(state=Voucher.State.VALID, voided_at=None)
