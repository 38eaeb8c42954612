"""Terms: what applies to a merchant on a day, its own agreement where there is one, else what applies to everybody."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Min

from chengfeng.periods import local_date
from shops.models import Category, Merchant, User
from shops.people.audit import record
from shops.tenancy import Access

from .models import RateChange, Terms


@dataclass(frozen=True, slots=True)
class Agreed:
    """Terms in force: `commission_rate` is None where the rates of the categories apply."""

    wait: timedelta
    commission_rate: Decimal | None
    payout_minimum: Decimal


def agreed(merchants: Iterable[Merchant], *, at: datetime) -> dict[int, Agreed]:
    """Return the terms in force at that instant by the merchants' pk, by one query; the latest of each kind counts."""
    merchants = {merchant.pk: merchant for merchant in merchants}
    found = {pk: _default() for pk in merchants}
    for terms in Terms.objects.filter(merchant__in=merchants).order_by("valid_from"):
        if terms.valid_from <= local_date(at, merchants[terms.merchant_id].time_zone):
            found[terms.merchant_id] = _amended(found[terms.merchant_id], terms)
    return found


def _default() -> Agreed:
    return Agreed(settings.SETTLE_AFTER, None, Decimal(settings.PAYOUT_MINIMUM))


def _amended(before: Agreed, terms: Terms) -> Agreed:
    return Agreed(
        before.wait if terms.days is None else timedelta(days=terms.days),
        before.commission_rate if terms.commission_rate is None else terms.commission_rate,
        before.payout_minimum if terms.payout_minimum is None else terms.payout_minimum,
    )


def waiting(merchant: Merchant) -> Callable[[datetime], timedelta]:
    """Return a function from when an order of the merchant came to its end to how long it waits from then on."""
    own = Terms.objects.filter(merchant=merchant, days__isnull=False).order_by("valid_from")
    days = list(own.values_list("valid_from", "days"))

    def wait(ended: datetime) -> timedelta:
        begun = [count for first, count in days if first <= local_date(ended, merchant.time_zone)]
        return timedelta(days=begun[-1]) if begun else settings.SETTLE_AFTER

    return wait


def shortest_wait() -> timedelta:
    """Return the shortest time from delivery to settlement that was ever agreed."""
    days = Terms.objects.aggregate(least=Min("days"))["least"]
    return settings.SETTLE_AFTER if days is None else min(timedelta(days=days), settings.SETTLE_AFTER)


def own_rates(merchants: Iterable[Merchant], *, at: datetime) -> Mapping[int, Decimal]:
    """Return the commission rate of each merchant (by pk) that has one of its own at that instant, by one query."""
    rates = {pk: terms.commission_rate for pk, terms in agreed(merchants, at=at).items()}
    return {pk: rate for pk, rate in rates.items() if rate is not None}


class TermsTaken(ValueError):
    """The merchant has terms from that day on already."""


@transaction.atomic
def agree(merchant: Merchant, *, valid_from: date, by: User, at: datetime, **wanted) -> Terms:
    """Write a merchant's terms from a day on (`days`, `commission_rate`, `payout_minimum`, `note`), on record.

    Raises TermsTaken when there are terms from that very day.
    """
    if Terms.objects.filter(merchant=merchant, valid_from=valid_from).exists():
        raise TermsTaken
    terms = Terms.objects.create(merchant=merchant, valid_from=valid_from, agreed_by=by, agreed_at=at, **wanted)
    details = {name: str(value) for name, value in wanted.items() if value not in (None, "")}
    record(
        Access(merchant, frozenset(), by), "settlement.terms", target=merchant.code, at=at,
        valid_from=str(valid_from), **details,
    )  # fmt: skip
    return terms


@transaction.atomic
def set_rates(wanted: Mapping[int, Decimal], *, by: User, at: datetime) -> int:
    """Set the commission rates of categories (by pk) and write down each change; return how many changed."""
    categories = Category.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
    changes = [
        RateChange(category=category, before=category.commission_rate, after=wanted[category.pk], by=by, at=at)
        for category in categories
        if category.commission_rate != wanted[category.pk]
    ]
    for change in changes:
        change.category.commission_rate = change.after
    Category.objects.bulk_update([change.category for change in changes], ["commission_rate"])
    RateChange.objects.bulk_create(changes)
    return len(changes)
