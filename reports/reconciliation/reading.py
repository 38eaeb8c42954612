"""Reading what was reconciled: stored days where a look has been, the others compared now."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Max, Sum

from chengfeng.money import ZERO
from chengfeng.periods import each_day, local_date
from orders.models import Order
from shops.models import Merchant

from . import comparing
from .models import ReconciledDay, ReconciliationRun
from .pairs import PAIRS, Pair

NOW_DAYS = timedelta(days=6)  # before today, when all merchants are compared at once
NAMED = 50  # differences that are named, of each pair


@dataclass(frozen=True, slots=True)
class Cell:
    """What the two places of a pair say of a day."""

    pair: Pair
    left: Decimal = ZERO
    right: Decimal = ZERO
    different: int = 0

    @property
    def difference(self) -> Decimal:
        return self.left - self.right


@dataclass(frozen=True, slots=True)
class Day:
    """A merchant's day in one currency; `looked_at` is None where it was compared just now."""

    day: date
    currency: str
    cells: Sequence[Cell]
    looked_at: datetime | None

    @property
    def differences(self) -> int:
        return sum(cell.different for cell in self.cells)

    @property
    def difference(self) -> Decimal:
        """How far the places are apart, all pairs together, whichever side has more."""
        return sum((abs(cell.difference) for cell in self.cells), ZERO)

    def left(self, code: str) -> Decimal:
        return next(cell.left for cell in self.cells if cell.pair.code == code)


def days(merchant: Merchant, first: date, last: date, *, is_live: bool = False) -> list[Day]:
    """Return the local days, the latest first, with all currencies that moved; a quiet one in the merchant's.

    `is_live` compares every day now, those too that were looked at.
    """
    stored = [] if is_live else _stored(merchant, first, last)
    covered = {row.day for row in stored}
    found = [
        Day(row.day, row.currency, _cells((c, *map(Decimal, s[:2]), s[2]) for c, s in row.sums.items()), row.run.at)
        for row in stored
    ]
    open_ = [day for day in each_day(first, last) if day not in covered]
    if open_:
        found += [day for day in _compared(merchant, open_[0], open_[-1]) if day.day not in covered]
    known = {day.day for day in found}
    found += [Day(day, merchant.currency, _cells([]), None) for day in open_ if day not in known]
    return sorted(found, key=lambda day: (day.day, day.currency), reverse=True)


def _stored(merchant: Merchant, first: date, last: date) -> list[ReconciledDay]:
    """Return the latest row of every day and currency."""
    rows = ReconciledDay.objects.filter(merchant=merchant, day__range=(first, last)).select_related("run")
    return list(rows.order_by("day", "currency", "-run").distinct("day", "currency"))


def _compared(merchant: Merchant, first: date, last: date) -> list[Day]:
    by_day = defaultdict(list)
    for one in comparing.sums([merchant], first, last):
        by_day[one.day, one.currency].append((one.pair.code, one.left, one.right, one.different))
    return [Day(day, currency, _cells(found), None) for (day, currency), found in by_day.items()]


def _cells(found: Iterable[tuple[str, Decimal, Decimal, int]]) -> list[Cell]:
    known = {code: Cell(PAIRS[code], left, right, different) for code, left, right, different in found}
    return [known.get(code, Cell(pair)) for code, pair in PAIRS.items()]


def totals(found: Iterable[Day], currency: str) -> list[Cell]:
    """Return the sums over days of one currency."""
    rows = [day.cells for day in found if day.currency == currency]
    return [_added(pair, cells) for pair, cells in zip(PAIRS.values(), zip(*rows, strict=True), strict=True)]


def _added(pair: Pair, cells: Sequence[Cell]) -> Cell:
    left, right = sum((cell.left for cell in cells), ZERO), sum((cell.right for cell in cells), ZERO)
    return Cell(pair, left, right, sum(cell.different for cell in cells))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a merchant's days stand by their latest looks; `named` are its differences, the latest day first."""

    merchant: Merchant
    last: date
    differences: int
    named: Sequence[dict | comparing.Row]


def standings() -> list[Standing]:
    """Return every merchant that was looked at, those with differences first."""
    latest = ReconciledDay.objects.values("merchant", "day", "currency").annotate(newest=Max("pk")).values("newest")
    rows = ReconciledDay.objects.filter(pk__in=latest)
    sums = rows.values_list("merchant").annotate(Max("day"), Sum("differences")).order_by()
    merchants = Merchant.objects.in_bulk()
    named = defaultdict(list)
    for row in rows.filter(differences__gt=0).order_by("-day"):
        named[row.merchant_id] += [
            one | {"day": row.day, "currency": row.currency, "pair": PAIRS[one["pair"]]} for one in row.named
        ]
    found = [Standing(merchants[pk], last, number, named[pk]) for pk, last, number in sums]
    return sorted(found, key=lambda standing: (-standing.differences, standing.merchant.name))


def standings_now(*, at: datetime) -> list[Standing]:
    """Return every merchant with orders as its last days, today included, stand now; those with differences first."""
    by_today = defaultdict(list)
    for merchant in Merchant.objects.filter(pk__in=Order.objects.values("merchant")).order_by("pk"):
        by_today[local_date(at, merchant.time_zone)].append(merchant)
    found = [one for today, merchants in by_today.items() for one in _standing_now(merchants, today)]
    return sorted(found, key=lambda standing: (-standing.differences, standing.merchant.name))


def _standing_now(merchants: Sequence[Merchant], today: date) -> list[Standing]:
    first, counts, named = today - NOW_DAYS, defaultdict(int), defaultdict(list)
    for one in comparing.sums(merchants, first, today):
        counts[one.merchant] += one.different
    for row in comparing.differences(merchants, first, today, limit=NAMED):
        named[row.merchant].append(row)
    return [Standing(merchant, today, counts[merchant.pk], named[merchant.pk]) for merchant in merchants]


def last_run() -> ReconciliationRun | None:
    return ReconciliationRun.objects.order_by("-pk").first()
