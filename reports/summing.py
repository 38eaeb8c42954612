"""The one statement of every number: raw rows of some days become sums by merchant, local day and grain.

Facts and live numbers run the same: facts store what it returns for days gone by, live pages ask it for the days still
open.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from chengfeng.periods import midnight
from shops.models import Merchant

from .sources import ECHOES, LATENESS, SOURCES, Grain, Measures, Source, counted, echoed, key

NEVER, FOREVER = datetime(1970, 1, 3, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Merchants with the local days, `first` to `last`, whose rows are wanted; nothing at or after `until`.

    Of those rows only what was recorded from `since` on and before `before`, where they are given: what a day comes to
    is what was recorded before any moment and what was recorded since.
    """

    ranges: Sequence[tuple[Merchant, date, date]]
    until: datetime | None = None
    since: datetime | None = None
    before: datetime | None = None

    @classmethod
    def single(cls, pairs: Iterable[tuple[Merchant, date]], *, before: datetime | None = None) -> "Wanted":
        """Want single days of merchants."""
        return cls([(merchant, day, day) for merchant, day in pairs], before=before)

    def params(self) -> dict:
        """Return the parameters of `select`: the days, and the instants between which their rows lie."""
        starts = {(merchant.time_zone, first) for merchant, first, _ in self.ranges}
        ends = {(merchant.time_zone, last) for merchant, _, last in self.ranges}
        start = min((midnight(day, zone) for zone, day in starts), default=NEVER)
        end = max((midnight(day + timedelta(days=1), zone) for zone, day in ends), default=NEVER)
        return {
            "ids": [merchant.pk for merchant, _, _ in self.ranges],
            "days": [first for _, first, _ in self.ranges],
            "lasts": [last for _, _, last in self.ranges],
            "merchants": sorted({merchant.pk for merchant, _, _ in self.ranges}),
            "start": start,
            "end": min(end, self.until or end),
            "since": self.since or NEVER,
            "before": self.before or FOREVER,
            "events_from": (start - LATENESS).date(),
            "events_to": end.date(),
        }


def select(grain: Grain, among: Measures = None, *, hourly: bool = False) -> str:
    """Return the statement that sums the rows of the wanted days; its parameters come from `Wanted`.

    Columns: merchant_id, day, the grain's key, `hour` (0–23, local) when asked for, and the measures that count for the
    day itself – all, or those among some, for which nothing else is read.
    """
    return _sums(SOURCES[grain], counted(grain, among), grain, also=("hour",) if hourly else ())


def select_echoes(grain: Grain, among: Measures = None) -> str:
    """Return the statement that sums the echoes that happened on the wanted days.

    Columns: merchant_id, day, `about` (the day they count for), the grain's key, and the measures that are echoed.
    """
    return _sums(ECHOES[grain], echoed(grain, among), grain, also=("about",))


def _sums(sources: Sequence[Source], codes: Sequence[str], grain: Grain, *, also: tuple[str, ...]) -> str:
    keys = ["merchant_id", "day", *key(grain), *also]
    read = [source for source in sources if not source.measures.keys().isdisjoint(codes)]
    parts = " UNION ALL ".join(_part(source, codes, grain, also) for source in read)
    return (
        f"SELECT {', '.join(keys)}, {', '.join(f'sum({code}) AS {code}' for code in codes)} FROM ({parts}) raw "
        "JOIN unnest(%(ids)s::bigint[], %(days)s::date[], %(lasts)s::date[]) AS wanted(id, first, last) "
        "ON wanted.id = merchant_id AND day BETWEEN wanted.first AND wanted.last "
        f"GROUP BY {', '.join(keys)}"
    )


def _part(source: Source, codes: Sequence[str], grain: Grain, also: tuple[str, ...]) -> str:
    """Return the sums of one source, zero for the measures of the others."""
    recorded = source.recorded or source.at
    local = f"({source.at} AT TIME ZONE z.time_zone)"
    more = {
        "hour": f"extract(hour FROM {local})::int AS hour",
        "about": f"({source.about} AT TIME ZONE z.time_zone)::date AS about",
    }
    by = [f"{source.merchant} AS merchant_id", f"{local}::date AS day"]
    by += [f"{source.keys[grain]} AS {grain.value}"] if key(grain) else []
    by += [more[column] for column in also]
    sums = [f"{source.measures.get(code, '0')} AS {code}" for code in codes]
    return (
        f"SELECT {', '.join([*by, *sums])} FROM {source.rows} {source.joins.get(grain, '')} "
        f"JOIN shops_merchant z ON z.id = {source.merchant} "
        f"WHERE {source.merchant} = ANY(%(merchants)s) AND {source.at} >= %(start)s AND {source.at} < %(end)s "
        f"AND {recorded} >= %(since)s AND {recorded} < %(before)s AND {source.where} "
        f"GROUP BY {', '.join(str(place + 1) for place in range(len(by)))}"
    )
