"""Verifying a voucher at a store (核销): the unit is handed over, once, and that is its delivery."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from shops.models import Store
from shops.people.audit import record
from shops.tenancy import Access, own

from ..fulfilment import deliver_units
from ..models import Order
from ..moves import WrongState
from .models import Booking, Voucher
from .numbers import BrokenNumber, parse

REPEATED_WITHIN = timedelta(minutes=5)


class VoucherRefused(Exception):
    """Nothing is handed over for this number.

    `rule` says why: `broken`, `unknown`, `foreign`, `used`, `refunded`, `expired`, or `order` when its order is not
    in a state for it; `voucher` is the merchant's own, where it is known.
    """

    def __init__(self, rule: str, voucher: Voucher | None = None):
        self.rule, self.voucher = rule, voucher
        super().__init__(rule)


@dataclass(frozen=True, slots=True)
class Verification:
    """A voucher that is used now; a repeat tells of the first time."""

    voucher: Voucher
    is_repeat: bool = False


def vouchers(access: Access) -> QuerySet[Voucher]:
    """Return the merchant's vouchers with what they are for."""
    return own(Voucher, access.merchant).select_related("line__product", "order__checkout", "store", "used_by")


def look(access: Access, number: str, *, at: datetime) -> Voucher:
    """Return the valid voucher of that number; raises VoucherRefused."""
    voucher = _find(access, number)
    _refuse(voucher, at=at)
    return voucher


@transaction.atomic
def verify(access: Access, number: str, *, store: Store | None, at: datetime) -> Verification:
    """Use a voucher up. The same person at the same store within five minutes repeats the first time.

    Raises VoucherRefused; nothing was written then.
    """
    voucher = _find(access, number)
    Order.objects.select_for_update(of=("self",), no_key=True).get(pk=voucher.order_id)
    valid = Voucher.objects.filter(pk=voucher.pk, state=Voucher.State.VALID, expires_at__gt=at)
    if not valid.update(state=Voucher.State.USED, used_at=at, used_by=access.user, store=store):
        return _repeated(access, voucher, store, at=at)
    try:
        deliver_units(voucher.line, 1, at=at, by=access.user)
    except WrongState as error:
        raise VoucherRefused("order", voucher) from error
    Booking.objects.filter(voucher=voucher, state=Booking.State.BOOKED).update(state=Booking.State.KEPT)
    record(access, "voucher.verify", target=voucher.order.code, at=at, number=f"…{voucher.number[-4:]}")
    return Verification(vouchers(access).get(pk=voucher.pk))


def _find(access: Access, number: str) -> Voucher:
    try:
        digits = parse(number)
    except BrokenNumber as error:
        raise VoucherRefused("broken") from error
    found = vouchers(access).filter(number=digits).first()
    if found is None:
        raise VoucherRefused("foreign" if Voucher.objects.filter(number=digits).exists() else "unknown")
    return found


def _refuse(voucher: Voucher, *, at: datetime) -> None:
    """Raise VoucherRefused unless the voucher can be used now."""
    if voucher.state != Voucher.State.VALID:
        raise VoucherRefused(voucher.state, voucher)
    if voucher.expires_at <= at:
        raise VoucherRefused("expired", voucher)


def _repeated(access: Access, voucher: Voucher, store: Store | None, *, at: datetime) -> Verification:
    """Return the first time of a repeat; raises VoucherRefused for anything else."""
    voucher = vouchers(access).get(pk=voucher.pk)
    is_same = voucher.state == Voucher.State.USED and (voucher.used_by, voucher.store) == (access.user, store)
    if is_same and at - voucher.used_at < REPEATED_WITHIN:
        return Verification(voucher, is_repeat=True)
    _refuse(voucher, at=at)
    raise VoucherRefused("order", voucher)
