"""Invariants of stock and of flash sales: I01 to I06, I32 and I33."""

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
        "reserved is the sum of the live holds of the shelf and of flash items, and of what is left of open ones",
        """
        SELECT v.code, v.reserved, coalesce(h.held, 0) AS held, coalesce(f.unsold, 0) AS left_of_sales
        FROM shops_variant v
        LEFT JOIN (SELECT variant_id, sum(quantity) AS held FROM shops_hold WHERE state = 'live' GROUP BY 1) h
            ON h.variant_id = v.id
        LEFT JOIN (SELECT variant_id, sum("left") AS unsold FROM shops_flashitem WHERE is_open GROUP BY 1) f
            ON f.variant_id = v.id
        WHERE v.reserved <> coalesce(h.held, 0) + coalesce(f.unsold, 0)
        """,
    ),
    Invariant(
        "I04",
        "the units of a paid line, and of an exchange, are its sale moves, and nothing else is a sale",
        """
        WITH sold AS (
            SELECT o.code, l.variant_id, l.quantity FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
            WHERE o.paid_at IS NOT NULL
            UNION ALL
            SELECT c.code, p.replacement_id, sum(p.quantity) FROM orders_caseline p
            JOIN orders_case c ON c.id = p.case_id WHERE c.state = 'exchanged' GROUP BY 1, 2
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
        "no hold is alive two minutes past its expiry; an order that waits for money holds its units until it expires",
        """
        SELECT variant_id, cause, quantity, expires_at FROM shops_hold
        WHERE state = 'live' AND expires_at < now() - interval '2 minutes'
        UNION ALL
        SELECT l.variant_id, o.code, l.quantity, o.expires_at
        FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
        LEFT JOIN shops_hold h ON h.cause = o.code AND h.variant_id = l.variant_id AND h.state = 'live'
            AND h.quantity = l.quantity AND h.expires_at = o.expires_at
        WHERE o.state IN ('placed', 'deposit') AND h.id IS NULL
        """,
    ),
    Invariant(
        "I32",
        "units of an open flash item = those left + those held or sold; of a closed one none are left",
        """
        SELECT i.code, i.is_open, i.quantity, i."left", coalesce(h.gone, 0) AS gone FROM shops_flashitem i
        LEFT JOIN (
            SELECT flash_item_id, sum(quantity) AS gone FROM shops_hold
            WHERE flash_item_id IS NOT NULL AND state IN ('live', 'taken') GROUP BY 1
        ) h ON h.flash_item_id = i.id
        WHERE i."left" < 0 OR coalesce(h.gone, 0) > i.quantity
            OR i."left" <> CASE WHEN i.is_open THEN i.quantity - coalesce(h.gone, 0) ELSE 0 END
        """,
    ),
    Invariant(
        "I33",
        "a buyer's units of a flash item are those of its live and taken holds, and within the limit",
        """
        SELECT item_id, shopper, b.units, h.units AS held, i.per_buyer
        FROM (SELECT item_id, shopper, units FROM shops_flashbuyer WHERE units <> 0) b
        FULL JOIN (
            SELECT flash_item_id AS item_id, shopper, sum(quantity) AS units FROM shops_hold
            WHERE flash_item_id IS NOT NULL AND state IN ('live', 'taken') GROUP BY 1, 2
        ) h USING (item_id, shopper)
        JOIN shops_flashitem i ON i.id = item_id
        WHERE b.units IS DISTINCT FROM h.units OR b.units > i.per_buyer
        """,
    ),
]
