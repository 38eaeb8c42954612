"""History to reckon with, made by DuckDB: touches, orders and what belongs to them, in the files of the real layout.

Every figure of a row is drawn by a hash of its number, so the same sizes make the same rows. People come back: each has
a dozen touches at three shops or so, now and then from a second device that is linked to them, and some buy.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
from django.conf import settings

from reports.history import files
from reports.history.logs import DAY, LOGS, Bounds, Log
from reports.history.models import HistoryDay


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much there is, spread evenly over whole days (UTC)."""

    touches: int
    orders: int
    first: date
    days: int = 90
    merchants: int = 300
    products: int = 5_000

    @property
    def people(self) -> int:
        return max(1, self.touches // 12)


def fill(sizes: Sizes, logs: Sequence[str], *, at: datetime) -> int:
    """Write some logs for every day, and their manifest; return how many bytes that are. It wants an empty history."""
    days = list(_written(sizes, logs, at))
    HistoryDay.objects.bulk_create(days)
    return sum(day.bytes for day in days)


def _written(sizes: Sizes, logs: Sequence[str], at: datetime) -> Iterator[HistoryDay]:
    with duckdb.connect(config={"threads": settings.ENGINE_THREADS}) as connection:
        connection.execute("CREATE MACRO draw(n, what, below) AS (hash(n, what) % below::UBIGINT)::BIGINT")
        connection.execute("CREATE MACRO pseudonym(n) AS md5(n::VARCHAR)")
        for number in range(sizes.days):
            day = sizes.first + DAY * number
            for log in map(LOGS.get, logs):
                yield _day(connection, log, QUERIES[log.name].format(**_values(sizes, number)), day, at)


def _values(sizes: Sizes, number: int) -> dict[str, int]:
    """Return what the queries of a day want to know: sizes of a day, and its first moment in microseconds."""
    start = Bounds.of(sizes.first + DAY * number).since
    share = {"touches": sizes.touches // sizes.days, "orders": sizes.orders // sizes.days}
    return {
        **share,
        "touch": number * share["touches"], "order": number * share["orders"], "start": round(start.timestamp() * 1e6),
        "people": sizes.people, "merchants": sizes.merchants, "products": sizes.products,
        "is_first": int(number == 0), "day": DAY // timedelta(microseconds=1),
    }  # fmt: skip


def _day(connection: duckdb.DuckDBPyConnection, log: Log, query: str, day: date, at: datetime) -> HistoryDay:
    """Write one file, or none where the day is empty."""
    path, keys = files.path(log, day), ["merchant"] * log.has_merchant + ["recorded", *log.key]
    path.parent.mkdir(parents=True, exist_ok=True)
    copy = (
        f"COPY (SELECT {', '.join(_typed(log))} FROM ({query}) ORDER BY {', '.join(keys)}) TO '{path}' "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {files.GROUP_ROWS}, "
        f"KV_METADATA {{log: '{log.name}', schema: '{log.schema}'}})"
    )
    (rows,) = connection.execute(copy).fetchone()
    if not rows:
        path.unlink()
    return _entry(log, day, path, rows, at)


def _typed(log: Log) -> list[str]:
    types = {"int64": "BIGINT", "string": "VARCHAR", "bool": "BOOLEAN"}
    return [f"{name}::{types[kind]} AS {name}" for name, kind in log.columns.items()]


def _entry(log: Log, day: date, path: Path, rows: int, at: datetime) -> HistoryDay:
    facts = {"bytes": path.stat().st_size, "sha256": files.checksum(path)} if rows else {"bytes": 0, "sha256": ""}
    return HistoryDay(log=log.name, day=day, schema=log.schema, rows=rows, written_at=at, **facts)


TOUCHES = """
SELECT n, draw(n, 'person', {people}) AS who, {start} + draw(n, 'at', {day}) AS recorded,
    draw(n, 'kind', 100) AS chance, draw(n, 'product', {products}) AS product, draw(n, 'shop', 3) AS shop
FROM range({touch}, {touch} + {touches}) AS t(n)
"""
AT_SHOP = "(who * 7919 + shop) % {merchants} + 1"
ORDERS = """
SELECT n, draw(n, 'buyer', {people}) AS who, {start} + draw(n, 'placed', {day} - 1800000000) AS placed,
    draw(n, 'fate', 100) AS fate, draw(n, 'sold', {products}) AS product, draw(n, 'till', 3) AS shop
FROM range({order}, {order} + {orders}) AS o(n)
"""
EVENTS = f"""
SELECT recorded, recorded AS happened, md5('t' || n) AS token,
    CASE WHEN chance < 35 THEN 'click' WHEN chance < 90 THEN 'viewable' ELSE 'engagement' END AS kind,
    {AT_SHOP} AS merchant, merchant * 10 + draw(n, 'campaign', 10) AS campaign, campaign AS grp,
    campaign * 10 + draw(n, 'ad', 10) AS ad, product, NULL AS keyword, NULL AS term, 'feed' AS placement, 1 AS position,
    pseudonym(CASE WHEN draw(n, 'device', 20) = 0 THEN -who - 1 ELSE who END) AS shopper,
    draw(n, 'valid', 20) > 0 AS is_valid, CASE WHEN is_valid THEN NULL ELSE 'velocity' END AS reason
FROM ({TOUCHES})
"""
SOLD = f"FROM (SELECT *, {AT_SHOP} AS merchant FROM ({ORDERS}))"
QUERIES = {
    "events": EVENTS,
    "judgements": f"""
        SELECT recorded + 1 AS recorded, token, kind, merchant, 'late' AS reason FROM ({EVENTS})
        WHERE is_valid AND hash(token) % 100 = 0""",
    "spend": f"""
        SELECT recorded, token, kind, merchant, campaign, grp, ad, product, keyword, term, placement,
            5000 + hash(token) % 10000 AS amount, false AS is_note FROM ({EVENTS}) WHERE is_valid AND kind = 'click'""",
    "lines": f"""
        SELECT placed AS recorded, n AS line, 'ord_' || n AS orders, merchant, 'CNY' AS currency, 100 AS unit,
            pseudonym(who) AS shopper, product, product AS sku, 'brand ' || product % 400 AS brand,
            product % 200 AS category, 'region ' || who % 31 AS region, 1 AS quantity,
            (100 + draw(n, 'value', 999900)) * 100 AS value, value * 6 // 10 AS cost {SOLD}""",
    "paid": f"""
        SELECT placed + 600000000 AS recorded, n AS line, 'ord_' || n AS orders, merchant,
            draw(n, 'new', 3) = 0 AS is_new, is_new AS is_new_to_brand {SOLD} WHERE fate < 90""",
    "settled": f"SELECT placed + 1200000000 AS recorded, 'ord_' || n AS orders, merchant {SOLD} WHERE fate < 80",
    "cancelled": f"SELECT placed + 900000000 AS recorded, 'ord_' || n AS orders, merchant {SOLD} WHERE fate >= 90",
    "refunds": f"""
        SELECT placed + 1500000000 AS recorded, n AS refund, n AS line, 'ord_' || n AS orders, merchant,
            10000 AS amount, 0 AS quantity {SOLD} WHERE fate BETWEEN 70 AND 79""",
    "links": """
        SELECT {start} AS recorded, pseudonym(-n - 1) AS shopper, 1 AS number, pseudonym(n) AS person,
            'login' AS evidence
        FROM range({people} * {is_first}) AS p(n)
        UNION ALL
        SELECT {start}, pseudonym(n), 1, pseudonym(n), 'login' FROM range({people} * {is_first}) AS p(n)""",
    "goods": """
        SELECT {start} AS recorded, n AS product, 1 + n % {merchants} AS merchant, 'brand ' || n % 400 AS brand,
            n % 200 AS category, n AS sku FROM range({products} * {is_first}) AS p(n)""",
}
