"""Numbers of merchants over local days: closed days from facts, the open tail from raw rows, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from chengfeng import sql
from chengfeng.periods import local_date
from shops.models import Merchant

from . import dirty
from .facts import ECHOES, MERCHANT_DAYS, TABLES
from .sources import Grain, Measures, counted, echoed, key, measures
from .summing import Wanted, select, select_echoes

EDGES = """
    SELECT z.id, f.day FROM shops_merchant z CROSS JOIN LATERAL (
        SELECT day FROM reports_merchantday WHERE merchant_id = z.id
        AND complete_through >= ((day + 1)::timestamp AT TIME ZONE z.time_zone) ORDER BY day DESC LIMIT 1
    ) f WHERE z.id = ANY(%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class Span:
    """Local days `first` to `last` of some merchants, and from which day on each of them is read live.

    Facts are trusted up to the last complete day; everything that happened after it is summed from raw rows, whatever
    day it counts for. Where they hold the day after it in part, what was recorded `since` is summed alone.
    """

    merchants: Sequence[Merchant]
    first: date
    last: date
    live_from: dict[int, date]
    today: date
    since: datetime | None = None

    @property
    def trusted(self) -> list[date]:
        """The last day of each merchant, in whole or in part, that facts are taken of."""
        return [day if self.since else day - timedelta(days=1) for day in self.live_from.values()]

    @property
    def live(self) -> Wanted:
        """What is to be summed from raw rows: nothing before the first day can count for that or a later one."""
        starts = [(merchant, max(self.first, self.live_from[merchant.pk])) for merchant in self.merchants]
        ranges = [(merchant, start, self.today) for merchant, start in starts if start <= self.today]
        return Wanted(ranges, since=self.since)

    @property
    def is_closed(self) -> bool:
        """Whether all days are closed, though something may still happen that counts for them."""
        return all(edge > self.last for edge in self.live_from.values())


def span(merchants: Sequence[Merchant], first: date, last: date, *, at: datetime) -> Span:
    """Return the span of those days; days after today are cut off."""
    found = sql.rows(EDGES, {"ids": [merchant.pk for merchant in merchants]})
    edges = {pk: day + timedelta(days=1) for pk, day in found}
    today = max((local_date(at, merchant.time_zone) for merchant in merchants), default=last)
    return Span(merchants, first, min(last, today), {m.pk: edges.get(m.pk, first) for m in merchants}, today)


def still(merchant: Merchant, first: date, last: date, *, at: datetime) -> Span:
    """Return the span of one merchant that takes of the open day what facts hold of it; to be asked in `sql.still`.

    Elsewhere the facts of that day might be replaced between this and what is read of them.
    """
    whole = span([merchant], first, last, at=at)
    day = whole.live_from[merchant.pk]
    return replace(whole, since=dirty.kept_until(merchant, day, at=at)) if day >= first else whole


def days(span: Span, *, grain: Grain = Grain.MERCHANT, only: int | None = None, among: Measures = None) -> list[dict]:
    """Return a row for each merchant, day and key of the grain in which something happened, or for one key alone.

    A row has every measure of the grain, or those among some; less is read then.
    """
    statement, params = query(span, grain=grain, among=among)
    where = f"WHERE {grain.value} = %(only)s" if only else ""
    return sql.dicts(f"SELECT * FROM ({statement}) d {where} ORDER BY day", params | {"only": only})


def query(span: Span, *, grain: Grain, among: Measures = None) -> tuple[str, dict]:
    """Return the statement of those rows, in no order, with its parameters."""
    keys = ", ".join(["merchant_id", "day", *key(grain)])
    rows = _union(grain, span, among)
    return f"SELECT {keys}, {_added(grain, among)} FROM ({rows}) u GROUP BY {keys}", _params(span)


def sums(span: Span, *, grain: Grain, first: date, order: str, limit: int, among: Measures = None) -> list[dict]:
    """Return the sums of each key of the grain from `first` on, the largest by the measure `order` first."""
    statement = (
        f"SELECT {grain.value}, {_added(grain, among)} FROM ({_union(grain, span, among)}) u WHERE day >= %(from)s "
        f"GROUP BY {grain.value} ORDER BY sum({order}) DESC, {grain.value} LIMIT %(limit)s"
    )
    return sql.dicts(statement, _params(span) | {"from": first, "limit": limit})


def hours(merchant: Merchant, day: date) -> list[dict]:
    """Return the sums of one local day by hour, from raw rows."""
    query = f"{select(Grain.MERCHANT, hourly=True)} ORDER BY hour"
    return sql.dicts(query, Wanted.single([(merchant, day)]).params())


def raw(merchant: Merchant, day: date, *, until: datetime) -> list[dict]:
    """Return the sums of one local day up to an instant, from raw rows."""
    wanted = Wanted([(merchant, day, day)], until=until)
    statement = f"SELECT {_added(Grain.MERCHANT, None)} FROM ({_live(Grain.MERCHANT, None)}) u WHERE day = %(day)s"
    return sql.dicts(statement, wanted.params() | {"day": day})


def _added(grain: Grain, among: Measures) -> str:
    return ", ".join(f"sum({code}) AS {code}" for code in measures(grain, among))


def _union(grain: Grain, span: Span, among: Measures) -> str:
    """Return the statement of facts before each merchant's edge and live sums from there on, of the span's days."""
    own, echoes = counted(grain, among), echoed(grain, among)
    parts = [_known(TABLES.get(grain, MERCHANT_DAYS), grain, own, "day", among)] if own else []
    parts += [_known(ECHOES, grain, echoes, "about", among)] if echoes else []
    if span.live.ranges:
        live = _echoes(grain, among) if span.is_closed else _live(grain, among)
        parts += [f"SELECT * FROM ({live}) live WHERE day BETWEEN %(first)s AND %(last)s"] if live else []
    return " UNION ALL ".join(parts)


def _known(table: str, grain: Grain, codes: Sequence[str], day: str, among: Measures) -> str:
    """Return the facts that count for the span's days and are no newer than each merchant's edge."""
    others = {Grain.CAMPAIGN.value, Grain.PRODUCT.value} - set(key(grain))
    only = [f"f.{column} IS NOT NULL" for column in key(grain)] + [f"f.{column} IS NULL" for column in sorted(others)]
    where = f" AND {' AND '.join(only)}" if table == ECHOES else ""
    return (
        f"SELECT {_columns(grain, day, codes, among)} FROM {table} f "
        "JOIN unnest(%(known)s::bigint[], %(edges)s::date[]) AS edge(merchant_id, last) USING (merchant_id) "
        f"WHERE f.{day} BETWEEN %(first)s AND %(last)s AND f.day <= edge.last{where}"
    )


def _live(grain: Grain, among: Measures) -> str:
    """Return the live sums, those that count for earlier days among them."""
    codes = counted(grain, among)
    own = f"SELECT {_columns(grain, 'day', codes, among)} FROM ({select(grain, among)}) own" if codes else ""
    return " UNION ALL ".join(filter(None, [own, _echoes(grain, among)]))


def _echoes(grain: Grain, among: Measures) -> str:
    """Return the live sums that count for earlier days; nothing where a grain has none."""
    codes = echoed(grain, among)
    if not codes:
        return ""
    return f"SELECT {_columns(grain, 'about', codes, among)} FROM ({select_echoes(grain, among)}) echoes"


def _columns(grain: Grain, day: str, codes: Sequence[str], among: Measures) -> str:
    """Return the columns of the grain as a part of the union has them, zero for the measures that it has not."""
    known = set(codes)
    sums = [code if code in known else f"0 AS {code}" for code in measures(grain, among)]
    return ", ".join(["merchant_id", f"{day} AS day", *key(grain), *sums])


def _params(span: Span) -> dict:
    return {
        "known": list(span.live_from), "edges": span.trusted,
        "first": span.first, "last": span.last, **span.live.params(),
    }  # fmt: skip
