"""Bookings: a voucher's date with a store, within what the store can take in one slot."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F

from chengfeng import sql
from chengfeng.periods import day_period
from shops.models import Store

from .models import Booking, Slot, Voucher


class BookingRefused(Exception):
    """Nothing was booked or changed.

    `rule` says why: `no_slot`, `full`, `past`, `not_valid` (the voucher), `after_expiry`, `too_late` to change it.
    """

    def __init__(self, rule: str):
        self.rule = rule
        super().__init__(rule)


@dataclass(frozen=True, slots=True)
class Offered:
    """A slot of a store's day and how many places it has left."""

    starts_at: datetime
    ends_at: datetime
    left: int


def slots(store: Store, day: date, *, time_zone: str) -> Iterator[tuple[datetime, datetime]]:
    """Yield start and end of each slot of the merchant's day, in order; none where a store takes no bookings."""
    length = timedelta(minutes=store.slot_minutes)
    for span in store.hours.all() if store.capacity else ():
        if span.weekday != day.weekday():
            continue
        start, closes = (datetime.combine(day, time, ZoneInfo(time_zone)) for time in (span.opens, span.closes))
        while start + length <= closes:
            yield start, start + length
            start += length


def offered(store: Store, day: date, *, at: datetime) -> list[Offered]:
    """Return the slots of a day that are still to come, with the places left, in one query (`hours` loaded)."""
    zone = store.merchant.time_zone
    period = day_period(day, zone)
    taken = dict(
        Slot.objects.filter(store=store, starts_at__gte=period.start, starts_at__lt=period.end).values_list(
            "starts_at", "taken"
        )
    )
    return [
        Offered(start, end, max(store.capacity - taken.get(start, 0), 0))
        for start, end in slots(store, day, time_zone=zone)
        if start > at
    ]


@transaction.atomic
def book(voucher: Voucher, *, store: Store, starts_at: datetime, at: datetime) -> Booking:
    """Book a slot for a valid voucher; a voucher that has a date gets the new one instead. Raises BookingRefused.

    The same slot again is the booking that is there.
    """
    voucher = Voucher.objects.select_for_update(of=("self",), no_key=True).select_related("merchant").get(pk=voucher.pk)
    ends_at = _end_of(voucher, store, starts_at, at=at)
    standing = voucher.bookings.filter(state=Booking.State.BOOKED).first()
    if standing and (standing.store_id, standing.starts_at) == (store.pk, starts_at):
        return standing
    if standing:
        _cancel(standing, at=at)
    _take(store, starts_at)
    return Booking.objects.create(
        merchant=voucher.merchant, voucher=voucher, store=store, starts_at=starts_at, ends_at=ends_at, booked_at=at
    )


def _end_of(voucher: Voucher, store: Store, starts_at: datetime, *, at: datetime) -> datetime:
    """Return the end of the slot; raises BookingRefused where there is none to be had."""
    if voucher.state != Voucher.State.VALID or store.merchant_id != voucher.merchant_id or store.archived_at:
        raise BookingRefused("not_valid")
    if starts_at <= at:
        raise BookingRefused("past")
    if starts_at >= voucher.expires_at:
        raise BookingRefused("after_expiry")
    zone = voucher.merchant.time_zone
    of_day = slots(store, starts_at.astimezone(ZoneInfo(zone)).date(), time_zone=zone)
    ends = next((end for start, end in of_day if start == starts_at), None)
    if ends is None:
        raise BookingRefused("no_slot")
    return ends


def _take(store: Store, starts_at: datetime) -> None:
    """Take a place of a slot; raises BookingRefused when all are taken."""
    if not sql.run(TAKE, {"store": store.pk, "starts_at": starts_at, "capacity": store.capacity}):
        raise BookingRefused("full")


TAKE = """
INSERT INTO orders_slot AS slot (store_id, starts_at, capacity, taken)
VALUES (%(store)s, %(starts_at)s, %(capacity)s, 1)
ON CONFLICT (store_id, starts_at) DO UPDATE SET taken = slot.taken + 1, capacity = excluded.capacity
    WHERE slot.taken < excluded.capacity
"""


@transaction.atomic
def cancel(voucher: Voucher, *, at: datetime) -> bool:
    """Give a voucher's date up; return whether it had one. Raises BookingRefused when it is too late."""
    Voucher.objects.select_for_update(of=("self",), no_key=True).get(pk=voucher.pk)
    standing = voucher.bookings.filter(state=Booking.State.BOOKED).first()
    if standing is None:
        return False
    _cancel(standing, at=at)
    return True


def may_change(booking: Booking, *, at: datetime) -> bool:
    """Whether a booking may still be cancelled or moved then."""
    return at <= booking.starts_at - settings.BOOKING_CHANGE_BEFORE


def _cancel(booking: Booking, *, at: datetime) -> None:
    if not may_change(booking, at=at):
        raise BookingRefused("too_late")
    drop([booking.voucher_id], at=at)


def drop(vouchers: Sequence[int], *, at: datetime) -> None:
    """Give up the dates of vouchers (their keys), whenever it is."""
    standing = Booking.objects.filter(voucher__in=vouchers, state=Booking.State.BOOKED)
    for booking in standing.order_by("store", "starts_at", "pk"):
        if standing.filter(pk=booking.pk).update(state=Booking.State.CANCELLED, cancelled_at=at):
            Slot.objects.filter(store=booking.store_id, starts_at=booking.starts_at).update(taken=F("taken") - 1)


def of_day(store: Store, day: date) -> list[Booking]:
    """Return a store's bookings of a day with what they are for, cancelled ones last."""
    period = day_period(day, store.merchant.time_zone)
    rows = Booking.objects.filter(store=store, starts_at__gte=period.start, starts_at__lt=period.end)
    rows = rows.select_related("voucher__line__product", "voucher__order__checkout").order_by("starts_at", "pk")
    return sorted(rows, key=lambda booking: booking.state == Booking.State.CANCELLED)
