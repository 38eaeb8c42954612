"""Comparing: the two sides of every pair, summed by a merchant's day, and the rows in which they differ."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from chengfeng import sql
from chengfeng.models import Account
from chengfeng.money import ZERO
from orders.settlement.summing import coins
from shops.models import Merchant

from .pairs import PAIRS, Pair

BEGINNING, END = date(1970, 1, 3), date(9998, 12, 31)
DAY = timedelta(days=1)

BOTH = """
    SELECT merchant_id, currency, at, reference, "order", amount AS ours, NULL::numeric AS theirs FROM ({left}) l
    WHERE amount <> 0
    UNION ALL
    SELECT merchant_id, currency, at, reference, "order", NULL, amount FROM ({right}) r WHERE amount <> 0
"""
ROWS = f"""
SELECT x.merchant_id, (x.at AT TIME ZONE m.time_zone)::date AS day, x.currency, x.reference,
    max(x."order") AS "order", min(x.at) AS at, sum(x.ours) AS ours, sum(x.theirs) AS theirs
FROM ({BOTH}) x JOIN shops_merchant m ON m.id = x.merchant_id
WHERE (x.at AT TIME ZONE m.time_zone)::date BETWEEN %(first)s AND %(last)s
GROUP BY 1, 2, 3, 4
"""
TOTALS = f"SELECT currency, coalesce(sum(ours), 0), coalesce(sum(theirs), 0) FROM ({BOTH}) x GROUP BY 1"
SUMS = """
SELECT merchant_id, day, currency, coalesce(sum(ours), 0), coalesce(sum(theirs), 0),
    count(*) FILTER (WHERE coalesce(ours, 0) <> coalesce(theirs, 0))
FROM ({rows}) rows GROUP BY 1, 2, 3
"""
DIFFERENT = """
SELECT merchant_id, day, currency, reference, "order", ours, theirs, at FROM ({rows}) rows
WHERE coalesce(ours, 0) <> coalesce(theirs, 0) ORDER BY day, reference LIMIT %(limit)s
"""
LISTED = """
SELECT merchant_id, day, currency, reference, "order", ours, theirs, at FROM ({rows}) rows
ORDER BY (coalesce(ours, 0) <> coalesce(theirs, 0)) DESC, at, reference LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Sum:
    """What the two places of a pair say of a merchant's day; `different` counts the rows in which they differ."""

    pair: Pair
    merchant: int
    day: date
    currency: str
    left: Decimal
    right: Decimal
    different: int

    @property
    def difference(self) -> Decimal:
        return self.left - self.right


@dataclass(frozen=True, slots=True)
class Total:
    """What the two places of a pair say of all merchants and all time, in one currency."""

    pair: Pair
    left: Decimal
    right: Decimal


@dataclass(frozen=True, slots=True)
class Row:
    """One thing as the two places know it; None where a place does not know it."""

    pair: Pair
    merchant: int
    day: date
    currency: str
    reference: str
    order: str
    left: Decimal | None
    right: Decimal | None
    at: datetime

    @property
    def difference(self) -> Decimal:
        return (self.left or ZERO) - (self.right or ZERO)

    @property
    def is_different(self) -> bool:
        return self.difference != 0

    @property
    def what(self) -> str:
        """Say in words what is wrong; empty where nothing is."""
        if not self.is_different:
            return ""
        if self.right is None:
            return _("missing in %(place)s") % {"place": self.pair.right_label}
        if self.left is None:
            return _("missing in %(place)s") % {"place": self.pair.left_label}
        return _("the amounts differ")


def sums(merchants: Collection[Merchant], first: date, last: date, *, only: Iterable[str] = PAIRS) -> list[Sum]:
    """Return what every pair says of the merchants' local days, both included; quiet days are left out."""
    return [
        Sum(PAIRS[code], *found)
        for code in only
        for found in _run(SUMS, PAIRS[code], merchants, first, last)
    ]  # fmt: skip


def differences(
    merchants: Collection[Merchant], first: date, last: date, *, limit: int, only: Iterable[str] = PAIRS
) -> list[Row]:
    """Return the rows in which the places of the pairs differ, at most `limit` of each pair."""
    return [
        Row(PAIRS[code], *found)
        for code in only
        for found in _run(DIFFERENT, PAIRS[code], merchants, first, last, limit=limit)
    ]


def rows(merchant: Merchant, day: date, code: str, *, limit: int) -> list[Row]:
    """Return the rows behind one pair of a day, those that differ first."""
    return [Row(PAIRS[code], *found) for found in _run(LISTED, PAIRS[code], [merchant], day, day, limit=limit)]


def totals() -> dict[str, list[Total]]:
    """Return what every pair says of all merchants and all time, by currency."""
    merchants = list(Merchant.objects.all())
    found: dict[str, list[Total]] = defaultdict(list)
    for pair in PAIRS.values():
        for currency, left, right in _run(TOTALS, pair, merchants, BEGINNING, END):
            found[currency].append(Total(pair, left, right))
    return dict(found)


def _run(query: str, pair: Pair, merchants: Collection[Merchant], first: date, last: date, **params) -> list[tuple]:
    days = {"first": first, "last": last, "start": _midnight(first - DAY), "end": _midnight(last + 2 * DAY)}
    whose = {"merchants": [merchant.pk for merchant in merchants]}
    compared = query.replace("{rows}", ROWS).replace("{left}", _timed(pair.left)).replace("{right}", _timed(pair.right))
    rounding = coins(_currencies()) if "%(currencies)s" in compared else {}
    return sql.rows(compared, params | days | whose | rounding)


def _timed(side: str) -> str:
    """Return a side in which every `{column}` says that the column lies in the time."""
    return re.sub(r"\{([a-z_.]+)\}", r"(\1 >= %(start)s AND \1 < %(end)s)", side)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _currencies() -> tuple[str, ...]:
    return tuple(Account.objects.values_list("currency", flat=True).distinct())
