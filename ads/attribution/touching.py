"""Finds the touches behind sales: valid events, before the sale, on the devices of whoever bought."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from chengfeng import sql
from shops.catalogue.goods_then import goods_at
from shops.identity.owning import INTERVALS, owner_at

from .rules import Goods, Rule, Touch

TOKEN_LIFE = timedelta(hours=48)  # how long after its decision an event may happen

SALES = "SELECT id, shopper, merchant_id, placed_at, at FROM ads_conversion WHERE id = ANY(%(sales)s)"
BUYERS = f"SELECT s.*, {owner_at('s.shopper', 's.placed_at')} AS person FROM ({{sales}}) s"
DEVICES = f"""
SELECT b.id, b.merchant_id, b.at, b.shopper, '-infinity'::timestamptz AS since, coalesce((
    SELECT CASE WHEN person = shopper THEN '-infinity' ELSE at - interval '30 days' END
    FROM shops_link l WHERE l.shopper = b.shopper AND number = 1
), 'infinity') AS until
FROM buyers# b WHERE person = shopper
UNION ALL
SELECT b.id, b.merchant_id, b.at, i.shopper, i.since, i.until FROM buyers# b CROSS JOIN LATERAL (
    {INTERVALS} WHERE shopper IN (SELECT shopper FROM shops_link WHERE person = b.person)
) i WHERE i.person = b.person
"""  # a device that is nobody's is a person itself: before its first link, and while it is kept apart
EVENTS = """
FROM devices# d JOIN ads_event e ON e.shopper = d.shopper AND e.merchant_id = d.merchant_id
    AND e.at >= greatest(d.since, d.at - %(window#)s) AND e.at <= d.at AND e.at < d.until
    AND e.is_valid AND ({kinds}) AND e.day BETWEEN %(first_day#)s AND %(last_day#)s
"""
TOUCHES = f"""
SELECT d.id, e.day, e.token, e.kind, e.campaign_id, e.ad_id, e.merchant_id, e.product_id, g.*, e.at
{{events}} CROSS JOIN LATERAL ({goods_at("e.product_id", "e.at")}) g
"""


def behind(sales: Collection[int], rule: Rule, *, days: tuple[datetime, datetime]) -> Mapping[int, list[Touch]]:
    """Return the valid touches of the rule's kinds and widest window behind conversions, by their keys.

    `days` are the first and the last moment of the sales.
    """
    queries, events = search(SALES, rule)
    query = f"WITH {queries} {TOUCHES.format(events=events)}"
    found: dict[int, list[Touch]] = defaultdict(list)
    for row in sql.rows(query.replace("#", ""), {"sales": list(sales), **look_back(rule, *days)}):
        sale, day, token, kind, campaign, ad, *goods, at = row
        found[sale].append(Touch(day, token, kind, campaign, ad, Goods(*goods), at))
    return found


def exists(of: str, rule: Rule) -> tuple[str, str]:
    """Return the queries of a statement's part, and the condition that there is a touch behind the sale in `of`."""
    queries, events = search(of, rule)
    return queries, f"EXISTS (SELECT {events})"


def search(of: str, rule: Rule) -> tuple[str, str]:
    """Return the queries of a statement's part, and the FROM of the touches `e` behind sales `d` in `of`.

    Devices are found once, not for every event, whatever PostgreSQL believes of how many there are.
    """
    queries = f"buyers# AS ({BUYERS.format(sales=of)}), devices# AS MATERIALIZED ({DEVICES})"
    return queries, EVENTS.format(kinds=kinds_of(rule))


def look_back(rule: Rule, first: datetime, last: datetime) -> dict:
    """Return the parameters that bound events: how long before a sale, and the partitions of which days."""
    return {
        "window": rule.window,
        "first_day": (first - rule.window - TOKEN_LIFE).date(),
        "last_day": last.date(),
    }


def kinds_of(rule: Rule) -> str:
    """Return the condition of the kinds that a rule counts, spelt out, as the index of clicks is."""
    return " OR ".join(f"e.kind = '{each.kind.value}'" for each in rule.counts)
