"""Invariants of vouchers and bookings: I36 and I37."""

from .shape import Invariant

ALL = [
    Invariant(
        "I36",
        "a line has a voucher per unit, its used ones were handed over, its valid ones are what is still to be had",
        """
        WITH v AS (
            SELECT line_id, count(*) AS issued, count(*) FILTER (WHERE state = 'used') AS used,
                count(*) FILTER (WHERE state = 'valid') AS valid
            FROM orders_voucher GROUP BY 1
        ), given AS (
            SELECT g.line_id, sum(g.unshipped) AS up FROM orders_refundline g JOIN orders_refund r ON r.id = g.refund_id
            WHERE r.state IN ('pending', 'done') GROUP BY 1
        )
        SELECT l.code, l.quantity, l.shipped, coalesce(given.up, 0) AS given_up, v.issued, v.used, v.valid
        FROM v JOIN orders_orderline l ON l.id = v.line_id JOIN orders_order o ON o.id = l.order_id
        LEFT JOIN given ON given.line_id = l.id
        WHERE v.issued <> l.quantity OR v.used > l.shipped OR v.valid <> CASE
            WHEN o.state = 'cancelled' THEN 0 ELSE l.quantity - l.shipped - coalesce(given.up, 0) END
        """,
    ),
    Invariant(
        "I37",
        "the places taken of a slot are its bookings, within its capacity, each of a voucher that fits its state",
        """
        SELECT store_id, starts_at, s.taken, s.capacity, b.standing FROM orders_slot s FULL JOIN (
            SELECT store_id, starts_at, count(*) AS standing FROM orders_booking
            WHERE state IN ('booked', 'kept') GROUP BY 1, 2
        ) b USING (store_id, starts_at)
        WHERE coalesce(s.taken, 0) <> coalesce(b.standing, 0) OR s.taken > s.capacity
        UNION ALL
        SELECT b.store_id, b.starts_at, NULL, NULL, b.voucher_id FROM orders_booking b
        JOIN orders_voucher v ON v.id = b.voucher_id
        WHERE b.state = 'booked' AND v.state <> 'valid' OR b.state = 'kept' AND v.state <> 'used'
        """,
    ),
]
