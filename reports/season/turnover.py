"""What merchants sold and spent in a season, by merchant and by day: closed days from facts, open ones live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from chengfeng import sql
from chengfeng.money import ZERO
from shops.models import Merchant

from .. import reading
from ..measuring.periods import Days
from ..sources import CREDITS, Grain
from .numbers import FACTS, Sums
from .windows import BY_OWNER, OWNED, PERSON, WINDOWS, windows

NOW, YEAR, BEFORE = "now", "year", "before"
MONEY = ("paid_gmv", "spend", "ad_gmv", "refunded", "settled", "ad_refunded")
NOTHING: Sums = dict.fromkeys((*FACTS, "buyers"), 0) | dict.fromkeys(MONEY, ZERO)


@dataclass(frozen=True, slots=True)
class Period:
    """The sums of a period: of all merchants, of each, and by day."""

    total: Sums
    merchants: Mapping[int, Sums] = field(default_factory=dict)
    days: Mapping[date, Sums] = field(default_factory=dict)

    def of(self, merchant: Merchant) -> Sums:
        return self.merchants.get(merchant.pk, NOTHING)


def look(merchants: Sequence[Merchant], periods: Mapping[str, Days | None], *, at: datetime) -> dict[str, Period]:
    """Return the sums of each period, of none where it is None; merchants share a currency."""
    followed = _followed(merchants, periods)
    found = {name: _period(name, span, followed) for name, span in spans_of(merchants, periods, at=at).items()}
    return {name: found.get(name) or Period(NOTHING) for name in periods}


def _period(name: str, span: reading.Span, followed: Mapping[tuple[str, int | None], Sums]) -> Period:
    """Return what the facts and the orders say of a period; buyers of several merchants are one person in all."""
    merchants, days = _facts(span)
    known = merchants.keys() | {pk for period, pk in followed if period == name and pk}
    sums = {pk: {**NOTHING, **merchants.get(pk, {}), **followed.get((name, pk), {})} for pk in known}
    total = {code: sum((each[code] for each in sums.values()), none) for code, none in NOTHING.items()}
    total["buyers"] = followed.get((name, None), NOTHING)["buyers"]
    return Period(total, sums, days)


def spans_of(
    merchants: Sequence[Merchant], periods: Mapping[str, Days | None], *, at: datetime
) -> dict[str, reading.Span]:
    """Return the span of each period; what happened after its last day counts for none of the facts' sums."""
    told = {name: days for name, days in periods.items() if days}
    if not merchants or not told:
        return {}
    whole = reading.span(
        merchants, min(days.first for days in told.values()), max(days.last for days in told.values()), at=at
    )
    return {
        name: replace(whole, first=days.first, last=min(days.last, whole.last), today=min(days.last, whole.last))
        for name, days in told.items()
    }


def _facts(span: reading.Span) -> tuple[dict[int, Sums], dict[date, Sums]]:
    """Return the facts' sums by merchant, and by day."""
    statement, params = reading.query(span, grain=Grain.MERCHANT, among=FACTS)
    sums = ", ".join(f"sum({code}) AS {code}" for code in FACTS)
    query = f"SELECT merchant_id, day, {sums} FROM ({statement}) d GROUP BY GROUPING SETS ((merchant_id), (day))"
    merchants, days = {}, {}
    for row in sql.dicts(query, params):
        pk, day = row.pop("merchant_id"), row.pop("day")
        (merchants if day is None else days)[pk if day is None else day] = row
    return merchants, days


FOLLOWED = f"""
    WITH bought AS MATERIALIZED (
        SELECT w.period, o.merchant_id, o.shopper, o.placed_at, o.total, o.refunded, o.settled_at
        FROM {WINDOWS} JOIN orders_order o
        ON o.merchant_id = w.merchant_id AND o.paid_at >= w.start AND o.paid_at < w.until
    ), {OWNED}
    SELECT n.period, n.merchant_id, count(DISTINCT {PERSON}) AS buyers, sum(n.refunded) AS refunded,
        coalesce(sum(n.total) FILTER (WHERE n.settled_at IS NOT NULL), 0) AS settled
    FROM bought n {BY_OWNER} GROUP BY n.period, GROUPING SETS ((n.merchant_id), ())
"""
GIVEN_BACK = f"""
    SELECT w.period, r.merchant_id, {CREDITS.measures["ad_refunds"]} AS ad_refunded
    FROM {WINDOWS} JOIN ads_conversion n ON n.merchant_id = w.merchant_id AND n.at >= w.start AND n.at < w.until
    JOIN ads_conversionline sold ON sold.conversion_id = n.id JOIN ads_credit r ON r.line_id = sold.id
    WHERE {CREDITS.where} AND r.refund <> '' GROUP BY 1, 2
"""


def _followed(merchants: Sequence[Merchant], periods: Mapping[str, Days | None]) -> dict[tuple[str, int | None], dict]:
    """Return what became of the sales of each period: by merchant, and who bought of all under the merchant None."""
    params = windows(merchants, periods)
    found: dict[tuple[str, int | None], dict] = {}
    for row in (*sql.dicts(FOLLOWED, params), *sql.dicts(GIVEN_BACK, params)):
        found.setdefault((row.pop("period"), row.pop("merchant_id")), {}).update(row)
    return found
