"""Numbers of merchants over local days: closed days from facts, the open tail from raw rows, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chengfeng import sql
from chengfeng.periods import local_date
from shops.models import Merchant

from .facts import MERCHANT_DAYS, TABLES
from .sources import Grain, Wanted, key, measures, select

EDGES = """
    SELECT merchant_id, max(day) FROM reports_merchantday f JOIN shops_merchant z ON z.id = f.merchant_id
    WHERE merchant_id = ANY(%(ids)s) AND complete_through >= ((f.day + 1)::timestamp AT TIME ZONE z.time_zone)
    GROUP BY merchant_id
"""


@dataclass(frozen=True, slots=True)
class Span:
    """Local days `first` to `last` of some merchants, and from which day on each of them is read live.

    Facts are trusted up to the last complete day; everything after it is summed from raw rows.
    """

    merchants: Sequence[Merchant]
    first: date
    last: date
    live_from: dict[int, date]

    @property
    def live(self) -> Wanted:
        """What is to be summed from raw rows."""
        starts = [(merchant, max(self.first, self.live_from[merchant.pk])) for merchant in self.merchants]
        return Wanted([(merchant, start, self.last) for merchant, start in starts if start <= self.last])


def span(merchants: Sequence[Merchant], first: date, last: date, *, at: datetime) -> Span:
    """Return the span of those days; days after today are cut off."""
    found = sql.rows(EDGES, {"ids": [merchant.pk for merchant in merchants]})
    edges = {pk: day + timedelta(days=1) for pk, day in found}
    today = max((local_date(at, merchant.time_zone) for merchant in merchants), default=last)
    return Span(merchants, first, min(last, today), {m.pk: edges.get(m.pk, first) for m in merchants})


def days(span: Span, *, grain: Grain = Grain.MERCHANT) -> list[dict]:
    """Return a row for each merchant, day and key of the grain in which something happened."""
    statement, params = query(span, grain=grain)
    return sql.dicts(f"{statement} ORDER BY day", params)


def query(span: Span, *, grain: Grain) -> tuple[str, dict]:
    """Return the statement of those rows, in no order, with its parameters."""
    columns = ["merchant_id", "day", *key(grain), *measures(grain)]
    return f"SELECT {', '.join(columns)} FROM ({_union(grain, span)}) u", _params(span)


def sums(span: Span, *, grain: Grain, first: date, order: str, limit: int) -> list[dict]:
    """Return the sums of each key of the grain from `first` on, the largest by the measure `order` first."""
    added = ", ".join(f"sum({code}) AS {code}" for code in measures(grain))
    statement = (
        f"SELECT {grain.value}, {added} FROM ({_union(grain, span)}) u WHERE day >= %(from)s "
        f"GROUP BY {grain.value} ORDER BY sum({order}) DESC, {grain.value} LIMIT %(limit)s"
    )
    return sql.dicts(statement, _params(span) | {"from": first, "limit": limit})


def hours(merchant: Merchant, day: date) -> list[dict]:
    """Return the sums of one local day by hour, from raw rows."""
    query = f"{select(Grain.MERCHANT, hourly=True)} ORDER BY hour"
    return sql.dicts(query, Wanted.single([(merchant, day)]).params())


def raw(merchant: Merchant, day: date, *, until: datetime) -> list[dict]:
    """Return the sums of one local day up to an instant, from raw rows."""
    return sql.dicts(select(Grain.MERCHANT), Wanted([(merchant, day, day)], until=until).params())


def _union(grain: Grain, span: Span) -> str:
    """Return the statement of facts before each merchant's edge and live sums from there on."""
    columns = ", ".join(["merchant_id", "day", *key(grain), *measures(grain)])
    facts = (
        f"SELECT {columns} FROM {TABLES.get(grain, MERCHANT_DAYS)} "
        "JOIN unnest(%(known)s::bigint[], %(edges)s::date[]) AS edge(merchant_id, live_from) USING (merchant_id) "
        "WHERE day BETWEEN %(first)s AND %(last)s AND day < live_from"
    )
    return f"{facts} UNION ALL SELECT {columns} FROM ({select(grain)}) live" if span.live.ranges else facts


def _params(span: Span) -> dict:
    return {
        "known": list(span.live_from), "edges": list(span.live_from.values()),
        "first": span.first, "last": span.last, **span.live.params(),
    }  # fmt: skip
