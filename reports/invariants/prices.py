"""Invariant of prices: I31."""

from .shape import Invariant

ALL = [
    Invariant(
        "I31",
        "the last price in a variant's history is its price",
        """
        SELECT v.code, v.price, v.list_price, p.price AS last_price, p.list_price AS last_list_price
        FROM shops_variant v LEFT JOIN LATERAL (
            SELECT id, price, list_price FROM shops_pricechange WHERE variant_id = v.id ORDER BY id DESC LIMIT 1
        ) p ON true
        WHERE p.id IS NULL OR p.price <> v.price OR p.list_price IS DISTINCT FROM v.list_price
        """,
    ),
]
