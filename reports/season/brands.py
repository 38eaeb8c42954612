"""What each brand sold and earned by ads in a season; the brand of a line is the one it had when it was paid.

What was spent is that of the brand which the advertised product had at the end of the day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from chengfeng import sql
from chengfeng.money import ZERO
from shops.catalogue.goods_then import goods_at
from shops.models import Merchant

from .. import reading
from ..measuring.periods import Days
from ..sources import CREDITS, Grain
from .numbers import Sums, growth, number
from .turnover import NOW, YEAR, spans_of
from .windows import BY_OWNER, OWNED, PERSON, WINDOWS, windows

COUNTS = ("merchants", "orders", "buyers")
MONEY = ("line_value", "ad_gmv", "ad_refunded", "spend")
NOTHING: Sums = dict.fromkeys(COUNTS, 0) | dict.fromkeys(MONEY, ZERO)
SORTS = ("brand", "line_value", "growth", "orders", "buyers", "ad_gmv", "spend", "roi", "kept_roi")


@dataclass(frozen=True, slots=True)
class Branded:
    """The sums of a brand, of no brand where its name is empty, or of all where it is None; of last year the value."""

    brand: str | None
    now: Sums
    year: Sums

    @property
    def growth(self) -> Decimal | None:
        return growth("line_value", self.now, self.year)

    def __getitem__(self, code: str) -> Decimal | int | None:
        return self.growth if code == "growth" else number(code, self.now)


def look(
    merchants: Sequence[Merchant], periods: Mapping[str, Days | None], *, at: datetime
) -> tuple[list[Branded], Branded]:
    """Return every brand that sold or was advertised in the season or last year's, and all together."""
    found: dict[str, dict[str | None, dict]] = {NOW: {}, YEAR: {}}
    for row in (*_sold(merchants, periods), *_spent(merchants, periods, at=at)):
        known = found[row.pop("period")].setdefault(row.pop("brand"), dict(NOTHING))
        known.update({code: value for code, value in row.items() if value is not None})
    for sums in found.values():
        sums[None] = sums.get(None, NOTHING) | {
            code: sum((each[code] for brand, each in sums.items() if brand is not None), ZERO) for code in MONEY
        }
    brands = {brand for sums in found.values() for brand in sums if brand is not None}
    told = [Branded(brand, *(found[name].get(brand, NOTHING) for name in (NOW, YEAR))) for brand in brands]
    return told, Branded(None, found[NOW][None], found[YEAR][None])


def in_order(brands: Sequence[Branded], sort: str) -> list[Branded]:
    """Return brands by one of SORTS, a minus sign turning it round; those that it does not tell apart by name."""
    code, backwards = sort.removeprefix("-"), sort.startswith("-")
    by_name = sorted(brands, key=lambda row: (row.brand == "", row.brand))
    if code not in SORTS or code == "brand":
        return by_name[::-1] if sort == "-brand" else by_name
    known = [row for row in by_name if row[code] is not None]
    return sorted(known, key=lambda row: row[code], reverse=backwards) + [row for row in by_name if row[code] is None]


LINES = f"""
    {WINDOWS} JOIN ads_conversion n ON n.merchant_id = w.merchant_id AND n.at >= w.start AND n.at < w.until
    JOIN ads_conversionline sold ON sold.conversion_id = n.id
"""
SOLD = f"""
    WITH bought AS MATERIALIZED (
        SELECT w.period, n.merchant_id, n.id, n.shopper, n.placed_at, sold.brand, sold.value FROM {LINES}
    ), {OWNED}
    SELECT n.period, n.brand, count(DISTINCT n.merchant_id) AS merchants, count(DISTINCT n.id) AS orders,
        count(DISTINCT {PERSON}) AS buyers, sum(n.value) AS line_value
    FROM bought n {BY_OWNER} GROUP BY n.period, GROUPING SETS ((n.brand), ())
"""
VALUE = f"SELECT w.period, sold.brand, sum(sold.value) AS line_value FROM {LINES} GROUP BY 1, 2"
CREDITED = f"""
    SELECT w.period, sold.brand, {CREDITS.measures["ad_gmv"]} AS ad_gmv, {CREDITS.measures["ad_refunds"]} AS ad_refunded
    FROM {LINES} JOIN ads_credit r ON r.line_id = sold.id WHERE {CREDITS.where} GROUP BY 1, 2
"""
SPENT = f"""
    SELECT was.brand, sum(d.spend) AS spend FROM ({{days}}) d JOIN shops_merchant z ON z.id = d.merchant_id
    CROSS JOIN LATERAL ({goods_at("d.product_id", "(d.day + 1)::timestamp AT TIME ZONE z.time_zone")}) was
    WHERE d.spend <> 0 GROUP BY was.brand
"""


def _sold(merchants: Sequence[Merchant], periods: Mapping[str, Days | None]) -> list[dict]:
    """Return what was sold of each brand, and who bought all of them under the brand None; of last year the value."""
    now, year = (windows(merchants, {name: periods[name]}) for name in (NOW, YEAR))
    return [*sql.dicts(SOLD, now), *sql.dicts(CREDITED, now), *sql.dicts(VALUE, year)]


def _spent(merchants: Sequence[Merchant], periods: Mapping[str, Days | None], *, at: datetime) -> list[dict]:
    """Return what was spent on products of each brand, from the facts of products; they know all of the spend."""
    rows = []
    for name, span in spans_of(merchants, {NOW: periods[NOW]}, at=at).items():
        statement, params = reading.query(span, grain=Grain.PRODUCT, among=["spend"])
        rows += [{"period": name, **row} for row in sql.dicts(SPENT.format(days=statement), params)]
    return rows
