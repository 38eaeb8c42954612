"""What each brand sold and earned by ads in a season; the brand of a line is the one it had when it was paid.

What was spent is the brand's whose product the ad showed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from chengfeng import sql
from chengfeng.money import ZERO
from shops.models import Merchant

from .. import reading
from ..measuring.periods import Days
from ..sources import CREDITS, Grain
from .numbers import Sums, growth, number
from .turnover import NOW, YEAR, spans_of
from .windows import BOUGHT, OWNED, PERSON, windows

COUNTS = ("merchants", "orders", "buyers", "ad_orders")
MONEY = ("line_value", "ad_gmv", "ad_refunded", "spend")
NOTHING: Sums = dict.fromkeys(COUNTS, 0) | dict.fromkeys(MONEY, ZERO)
SORTS = ("brand", "line_value", "growth", "orders", "buyers", "ad_gmv", "spend", "roi", "kept_roi")


@dataclass(frozen=True, slots=True)
class Branded:
    """The sums of a brand, of no brand where its name is empty, or of all where it is None."""

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
    found: dict[tuple[str, str | None], dict] = {}
    for row in (*_sold(merchants, periods), *_credited(merchants, periods), *_spent(merchants, periods, at=at)):
        found.setdefault((row.pop("period"), row.pop("brand")), {}).update(row)
    brands = {brand for _, brand in found if brand is not None}

    def told(brand: str | None) -> Branded:
        return Branded(brand, *({**NOTHING, **found.get((name, brand), {})} for name in (NOW, YEAR)))

    return [told(brand) for brand in brands], told(None)


def in_order(brands: Sequence[Branded], sort: str) -> list[Branded]:
    """Return brands by one of SORTS, a minus sign turning it round; those that it does not tell apart by name."""
    code, backwards = sort.removeprefix("-"), sort.startswith("-")
    by_name = sorted(brands, key=lambda row: (row.brand == "", row.brand))
    if code not in SORTS or code == "brand":
        return by_name[::-1] if sort == "-brand" else by_name
    known = [row for row in by_name if row[code] is not None]
    return sorted(known, key=lambda row: row[code], reverse=backwards) + [row for row in by_name if row[code] is None]


SOLD = f"""
    WITH {BOUGHT}
    SELECT n.period, sold.brand, count(DISTINCT n.merchant_id) AS merchants, count(DISTINCT n.id) AS orders,
        count(DISTINCT {PERSON}) AS buyers, sum(sold.value) AS line_value
    FROM bought n JOIN ads_conversionline sold ON sold.conversion_id = n.id {OWNED}
    GROUP BY GROUPING SETS ((n.period, sold.brand), (n.period))
"""
CREDITED = f"""
    WITH {BOUGHT}
    SELECT b.period, sold.brand, {CREDITS.measures["ad_orders"]} AS ad_orders, {CREDITS.measures["ad_gmv"]} AS ad_gmv,
        {CREDITS.measures["ad_refunds"]} AS ad_refunded
    FROM {CREDITS.rows} JOIN bought b ON b.id = n.id WHERE {CREDITS.where}
    GROUP BY GROUPING SETS ((b.period, sold.brand), (b.period))
"""


def _sold(merchants: Sequence[Merchant], periods: Mapping[str, Days | None]) -> list[dict]:
    return sql.dicts(SOLD, windows(merchants, periods))


def _credited(merchants: Sequence[Merchant], periods: Mapping[str, Days | None]) -> list[dict]:
    return sql.dicts(CREDITED, windows(merchants, periods))


def _spent(merchants: Sequence[Merchant], periods: Mapping[str, Days | None], *, at: datetime) -> list[dict]:
    """Return what was spent on products of each brand, from the facts of products; they know all of the spend."""
    rows = []
    for name, span in spans_of(merchants, periods, at=at).items():
        statement, params = reading.query(span, grain=Grain.PRODUCT)
        query = (
            f"SELECT p.brand, sum(d.spend) AS spend FROM ({statement}) d JOIN shops_product p ON p.id = d.product_id "
            "GROUP BY GROUPING SETS ((p.brand), ()) HAVING sum(d.spend) <> 0"
        )
        rows += [{"period": name, **row} for row in sql.dicts(query, params)]
    return rows
