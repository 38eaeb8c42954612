"""Whose deeds make an audience: one statement over what was noted and what was bought, for counting and estimating.

The last N days are today and the N days before it, by UTC: what is noted is kept by the day (UTC), and only its first
time. So the window is never shorter than N times 24 hours and at most a day longer, in every time zone.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chengfeng import sql

from ..models import Audience

NOTED = """
    SELECT b.shopper FROM ads_behaviour b
    WHERE b.merchant_id = %(merchant)s AND b.kind = ANY(%(kinds)s) AND b.day BETWEEN %(first)s AND %(last)s {}
"""
BOUGHT = """
    SELECT c.shopper FROM ads_conversion c
    WHERE c.merchant_id = %(merchant)s AND 'buy' = ANY(%(kinds)s)
        AND c.at >= %(first)s::date::timestamp AT TIME ZONE 'UTC'
        AND c.at < (%(last)s::date + 1)::timestamp AT TIME ZONE 'UTC' {}
"""
PEOPLE = """
    SELECT shopper FROM ({} UNION {}) AS did
    WHERE NOT EXISTS (SELECT FROM ads_optout o WHERE o.shopper = did.shopper)
"""
OF_A_LINE = "AND EXISTS (SELECT FROM ads_conversionline l WHERE l.conversion_id = c.id AND l.product_id {})"
CHOSEN = "= ANY(%(products)s::bigint[])"
OF_CATEGORY = """IN (
    WITH RECURSIVE branch AS (
        SELECT %(category)s::bigint AS id
        UNION SELECT k.id FROM shops_category k JOIN branch ON k.parent_id = branch.id
    ) SELECT p.id FROM shops_product p JOIN branch ON branch.id = p.category_id WHERE p.merchant_id = %(merchant)s
)"""


@dataclass(frozen=True, slots=True)
class Definition:
    """Who is meant, by keys: of the whole shop, unless a category or products are given."""

    merchant: int
    kinds: tuple[str, ...]
    days: int
    category: int | None = None
    products: tuple[int, ...] = ()


def definition_of(audience: Audience) -> Definition:
    products = tuple(audience.products.order_by("pk").values_list("pk", flat=True))
    return Definition(audience.merchant_id, tuple(audience.kinds), audience.days, audience.category_id, products)


def window(days: int, *, today: date) -> tuple[date, date]:
    """Return the first and the last of the last `days` days (UTC)."""
    return today - timedelta(days=days), today


def statement(definition: Definition, *, at: datetime) -> tuple[str, dict[str, Any]]:
    """Return the statement that selects `shopper`, each once, and its parameters."""
    first, last = window(definition.days, today=at.astimezone(UTC).date())
    which = CHOSEN if definition.products else OF_CATEGORY if definition.category else ""
    noted = NOTED.format(f"AND b.product_id {which}" if which else "")
    bought = BOUGHT.format(OF_A_LINE.format(which) if which else "")
    params = {
        "merchant": definition.merchant, "kinds": list(definition.kinds), "category": definition.category,
        "products": list(definition.products), "first": first, "last": last,
    }  # fmt: skip
    return PEOPLE.format(noted, bought), params


def count(definition: Definition, *, at: datetime) -> int:
    """Return how many people are meant as of that day; nobody outside may see this number, only its `rounded`."""
    people, params = statement(definition, at=at)
    return sql.row(f"SELECT count(*) FROM ({people}) AS people", params)[0]
