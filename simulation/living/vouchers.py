"""What becomes of vouchers: most are used at a store, many on a date booked before, some given back or forgotten."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from random import Random

from orders import refunds
from orders.models import Voucher
from orders.vouchers import bookings, giving_back
from shops.models import Merchant, Store
from shops.stores import keeping

from ..client import Site
from . import chance

USED, GIVEN_BACK = 0.72, 0.07
LATEST = 21  # days until the last one is used


class Guests:
    """Those who have bought a service."""

    def __init__(self, site: Site, tokens: Mapping[str, str]):
        self._site, self._tokens = site, tokens
        self._stores: dict[int, list[Store]] = {}

    def live(self, day: date, *, now: datetime) -> None:
        """Book, use and give back what guests do on a day."""
        begun = min(chance.midnight(day + timedelta(days=1)), now)
        valid = Voucher.objects.filter(state=Voucher.State.VALID, issued_at__lt=begun, expires_at__gt=begun)
        for voucher in valid.select_related("merchant").prefetch_related("bookings__store").order_by("pk"):
            self._one(voucher, day, now=now)

    def _one(self, voucher: Voucher, day: date, *, now: datetime) -> None:
        dice = chance.of(voucher.number, "fate")
        fate, issued = dice.random(), chance.day_of(voucher.issued_at)
        use = issued + timedelta(days=dice.randint(1, LATEST))
        if fate > USED + GIVEN_BACK or day > use:
            return
        if fate > USED:
            if day == use:
                self._give_back(voucher, min(chance.moment(day, dice, first=9, last=21), now))
        elif day == use:
            self._use(voucher, dice, day, now=now)
        elif day == issued:
            self._book(voucher, dice, use, at=min(voucher.issued_at + timedelta(minutes=9), now))

    def _book(self, voucher: Voucher, dice: Random, use: date, *, at: datetime) -> None:
        store = self._store(voucher.merchant, dice)
        if store is None or not store.capacity or dice.random() < 0.15:
            return
        free = [slot for slot in bookings.offered(store, use, at=at) if slot.left]
        if free and free[-1].starts_at < voucher.expires_at:
            bookings.book(voucher, store=store, starts_at=dice.choice(free).starts_at, at=at)

    def _use(self, voucher: Voucher, dice: Random, day: date, *, now: datetime) -> None:
        booked = voucher.booking
        store = booked.store if booked else self._store(voucher.merchant, dice)
        at = booked.starts_at + timedelta(minutes=3) if booked else chance.moment(day, dice, first=11, last=20)
        at = max(at, voucher.issued_at + timedelta(hours=1))
        if at > now:
            return
        body = {"number": voucher.number} | ({"store": store.code} if store else {})
        key, token = f"{voucher.number}/use", self._tokens[voucher.merchant.slug]
        self._site.call(
            "POST", "voucher-verifications", body, at=at, token=token, key=key, expect=(200, 201, 409)
        )  # fmt: skip

    def _give_back(self, voucher: Voucher, at: datetime) -> None:
        for refund in giving_back.give_back(voucher, at=at):
            refunds.carry_out(refund, at=at)

    def _store(self, merchant: Merchant, dice: Random) -> Store | None:
        if merchant.pk not in self._stores:
            self._stores[merchant.pk] = list(keeping.stores(merchant))
        return dice.choice(self._stores[merchant.pk]) if self._stores[merchant.pk] else None
