"""What products were at a moment: brand, category and only variant, as the database noted whenever they changed.

Every product has been noted since it was made; before that, it was what is noted first.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from chengfeng import sql


class Then(NamedTuple):
    """What a product was; `sku` is its variant where it had only one."""

    brand: str
    category: int | None
    sku: int | None


def goods_at(product: str, at: str) -> str:
    """Return the query of a product's brand, category_id and sku_id at a moment, both given as expressions."""
    return f"""
        SELECT was.brand, was.category_id, was.sku_id FROM shops_goodschange was WHERE was.product_id = {product}
        ORDER BY was.at > {at}, CASE WHEN was.at > {at} THEN was.at END, was.at DESC LIMIT 1
    """


def were(asked: Sequence[tuple[int, datetime]]) -> list[Then]:
    """Return what products, by their keys, were at a moment each, in the order in which they are asked for."""
    params = {"products": [product for product, _ in asked], "ats": [at for _, at in asked]}
    return [Then(*found) for found in sql.rows(WERE, params)]


WERE = f"""
SELECT g.* FROM unnest(%(products)s::bigint[], %(ats)s::timestamptz[]) WITH ORDINALITY AS a (product, at, n)
CROSS JOIN LATERAL ({goods_at("a.product", "a.at")}) g ORDER BY a.n
"""
