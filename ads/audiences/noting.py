"""Notes what a shopper did with products: the first time on each day (UTC), unless the shopper opted out."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from chengfeng import sql

from .. import partitions
from ..models import Behaviour

MOST_A_DAY = 500  # of one shopper: beyond that somebody reads the shop by machine


def note(kind: Behaviour.Kind, *, shopper: UUID, products: Iterable[tuple[int, int]], at: datetime) -> int:
    """Note what a shopper did with products, each given with its merchant, by their keys; return how many were news.

    Who bought what is known from conversions and not noted: `kind` is any other. Call it outside a transaction.
    """
    if kind == Behaviour.Kind.BUY:
        raise ValueError("what was bought is known from conversions")
    did = sorted(set(products))  # in the order of the key, so that two never wait for each other in a circle
    if not did:
        return 0
    day = at.astimezone(UTC).date()
    partitions.ensure_days({day})
    params = {
        "day": day, "shopper": shopper, "kind": str(kind), "at": at, "most": MOST_A_DAY,
        "products": [product for product, _ in did], "merchants": [merchant for _, merchant in did],
    }  # fmt: skip
    return sql.run(INSERT, params)


INSERT = """
INSERT INTO ads_behaviour (day, shopper, kind, product_id, merchant_id, at)
SELECT %(day)s::date, %(shopper)s::uuid, %(kind)s, did.product, did.merchant, %(at)s
FROM unnest(%(products)s::bigint[], %(merchants)s::bigint[]) AS did (product, merchant)
WHERE NOT EXISTS (SELECT FROM ads_optout WHERE shopper = %(shopper)s::uuid)
    AND (SELECT count(*) FROM ads_behaviour WHERE day = %(day)s::date AND shopper = %(shopper)s::uuid) < %(most)s
ON CONFLICT DO NOTHING
"""
