"""Invariants of stock: I01 to I06."""

from .shape import Invariant

ALL = [
    Invariant(
        "I01",
        "0 ≤ reserved ≤ on hand",
        "SELECT code, on_hand, reserved FROM shops_variant WHERE reserved < 0 OR reserved > on_hand",
    ),
    Invariant(
        "I02",
        "on hand is the sum of the stock moves",
        """
        SELECT v.code, v.on_hand, coalesce(m.moved, 0) AS moved FROM shops_variant v
        LEFT JOIN (SELECT variant_id, sum(quantity) AS moved FROM shops_stockmove GROUP BY 1) m ON m.variant_id = v.id
        WHERE v.on_hand <> coalesce(m.moved, 0)
        """,
    ),
    Invariant(
        "I03",
        "reserved is the sum of the live holds",
        """
        SELECT v.code, v.reserved, coalesce(h.held, 0) AS held FROM shops_variant v
        LEFT JOIN (SELECT variant_id, sum(quantity) AS held FROM shops_hold WHERE state = 'live' GROUP BY 1) h
            ON h.variant_id = v.id
        WHERE v.reserved <> coalesce(h.held, 0)
        """,
    ),
    Invariant(
        "I04",
        "the units of a paid line are its sale moves, and nothing else is a sale",
        """
        WITH sold AS (
            SELECT o.code, l.variant_id, l.quantity FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
            WHERE o.paid_at IS NOT NULL
        ), moved AS (
            SELECT cause AS code, variant_id, -sum(quantity) AS quantity FROM shops_stockmove
            WHERE kind = 'sale' GROUP BY 1, 2
        )
        SELECT code, variant_id, sold.quantity AS sold, moved.quantity AS moved
        FROM sold FULL JOIN moved USING (code, variant_id)
        WHERE sold.quantity IS DISTINCT FROM moved.quantity
        """,
    ),
    Invariant(
        "I05",
        "no stock move happens twice for one cause",
        "SELECT variant_id, cause, count(*) FROM shops_stockmove GROUP BY 1, 2 HAVING count(*) > 1",
    ),
    Invariant(
        "I06",
        "no hold is alive two minutes past its expiry",
        """
        SELECT variant_id, cause, quantity, expires_at FROM shops_hold
        WHERE state = 'live' AND expires_at < now() - interval '2 minutes'
        """,
    ),
]
