"""Invariants of orders, payments, refunds and messages: I07 to I12, I26 and I27."""

from orders.moves import MOVES

from .shape import Invariant

ALLOWED = ", ".join(sorted(f"('{source}', '{target}')" for source, targets in MOVES.items() for target in targets))

ALL = [
    Invariant(
        "I07",
        "total = subtotal − discount + shipping + tax ≥ 0; subtotal, discount and subsidy are those of the lines, and "
        "those of the lines are what promotions took off, unless by an offer",
        """
        SELECT o.code, o.subtotal, o.discount, o.subsidy, o.shipping, o.tax, o.total, l.gross,
            l.discount AS line_discount, l.subsidy AS line_subsidy
        FROM orders_order o LEFT JOIN (
            SELECT order_id, sum(unit_price * quantity) AS gross, sum(discount) AS discount, sum(subsidy) AS subsidy
            FROM orders_orderline GROUP BY 1
        ) l ON l.order_id = o.id
        WHERE o.total <> o.subtotal - o.discount + o.shipping + o.tax OR o.total < 0
            OR o.subtotal <> coalesce(l.gross, 0) OR o.discount <> coalesce(l.discount, 0)
            OR o.subsidy <> coalesce(l.subsidy, 0)
        UNION ALL
        SELECT l.code, NULL, l.discount, l.subsidy, NULL, NULL, l.total, NULL, d.discount, d.subsidy
        FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id LEFT JOIN (
            SELECT line_id, sum(d.amount) AS discount, coalesce(sum(d.amount) FILTER (WHERE is_subsidy), 0) AS subsidy,
                bool_or(is_subsidy <> (p.merchant_id IS NULL)) AS is_miscast
            FROM orders_linediscount d JOIN shops_promotion p ON p.id = d.promotion_id GROUP BY 1
        ) d ON d.line_id = l.id
        WHERE l.discount <> CASE WHEN o.offer IS NULL THEN coalesce(d.discount, 0) ELSE l.discount END
            OR l.subsidy <> coalesce(d.subsidy, 0) OR d.is_miscast
        """,
    ),
    Invariant(
        "I08",
        "a paid order was paid: what was captured, less what it had no use for, = total",
        """
        SELECT o.code, o.total, coalesce(s.used, 0) AS used FROM orders_order o LEFT JOIN (
            SELECT s.order_id, sum(s.amount - s.surplus) AS used FROM orders_paymentshare s
            JOIN orders_payment p ON p.id = s.payment_id WHERE p.state = 'captured' GROUP BY 1
        ) s ON s.order_id = o.id
        WHERE o.paid_at IS NOT NULL AND o.total <> coalesce(s.used, 0)
        """,
    ),
    Invariant(
        "I09",
        "refunds, pending and done, ≤ captured ≤ authorised; refunded = done refunds of goods and freight; "
        "what orders had no use for is given back, and no more",
        """
        WITH captured AS (
            SELECT s.order_id, sum(s.amount) AS captured, sum(s.surplus) AS surplus FROM orders_paymentshare s
            JOIN orders_payment p ON p.id = s.payment_id WHERE p.state = 'captured' GROUP BY 1
        ), given AS (
            SELECT f.*, f.shipping = 0 AND NOT EXISTS (
                SELECT 1 FROM orders_refundline l WHERE l.refund_id = f.id
            ) AS is_surplus FROM orders_refund f
        ), back AS (
            SELECT order_id, coalesce(sum(amount) FILTER (WHERE state <> 'failed'), 0) AS back,
                coalesce(sum(amount) FILTER (WHERE state = 'done' AND NOT is_surplus), 0) AS of_goods,
                coalesce(sum(amount) FILTER (WHERE state <> 'failed' AND is_surplus), 0) AS of_surplus,
                coalesce(sum(amount) FILTER (WHERE is_surplus), 0) AS of_surplus_tried
            FROM given GROUP BY 1
        )
        SELECT 'payment' AS of, p.code, p.amount, coalesce(p.authorised, p.amount) AS authorised,
            coalesce(s.shared, 0) AS shared, coalesce(r.back, 0) AS refunds
        FROM orders_payment p
        LEFT JOIN (SELECT payment_id, sum(amount) AS shared FROM orders_paymentshare GROUP BY 1) s
            ON s.payment_id = p.id
        LEFT JOIN (SELECT payment_id, sum(amount) AS back FROM orders_refund WHERE state <> 'failed' GROUP BY 1) r
            ON r.payment_id = p.id
        WHERE coalesce(s.shared, 0) <> p.amount OR p.amount > p.authorised
            OR coalesce(r.back, 0) > CASE WHEN p.state = 'captured' THEN p.amount ELSE 0 END
        UNION ALL
        SELECT 'order', o.code, coalesce(c.captured, 0), coalesce(c.surplus, 0), o.refunded, coalesce(b.back, 0)
        FROM orders_order o LEFT JOIN captured c ON c.order_id = o.id LEFT JOIN back b ON b.order_id = o.id
        WHERE o.refunded <> coalesce(b.of_goods, 0) OR coalesce(b.back, 0) > coalesce(c.captured, 0)
            OR coalesce(b.of_surplus, 0) > coalesce(c.surplus, 0)
            OR coalesce(b.of_surplus_tried, 0) < coalesce(c.surplus, 0)
        """,
    ),
    Invariant(
        "I10",
        "one provider reference stands for one payment, refund or top-up",
        """
        SELECT provider, provider_reference, array_agg(code) AS codes FROM (
            SELECT provider, provider_reference, code FROM orders_payment
            UNION ALL
            SELECT p.provider, r.provider_reference, r.code FROM orders_refund r
            JOIN orders_payment p ON p.id = r.payment_id
            UNION ALL
            SELECT provider, provider_reference, code FROM ads_topup
        ) known WHERE provider_reference IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1
        """,
    ),
    Invariant(
        "I11",
        "an order makes only allowed moves, one after the other, and stands where the last one led",
        f"""
        SELECT o.code, m.number, m.source, m.target, o.state FROM orders_order o LEFT JOIN (
            SELECT order_id, number, source, target,
                row_number() OVER by_order AS place, lag(target, 1, '') OVER by_order AS before,
                lead(target) OVER by_order IS NULL AS is_last
            FROM orders_ordermove WINDOW by_order AS (PARTITION BY order_id ORDER BY number)
        ) m ON m.order_id = o.id
        WHERE m.number IS NULL OR m.number <> m.place OR m.source <> m.before
            OR (m.source, m.target) NOT IN ({ALLOWED}) OR (m.is_last AND m.target <> o.state)
        """,
    ),
    Invariant(
        "I12",
        "returned ≤ shipped ≤ ordered, parcels hold what was shipped, and an order stands where its units do",
        """
        WITH units AS (
            SELECT l.order_id, l.code, l.returned, l.shipped, l.quantity, coalesce(p.sent, 0) AS sent,
                l.quantity - l.shipped - coalesce(r.given_up, 0) AS left
            FROM orders_orderline l LEFT JOIN (
                SELECT p.line_id, sum(p.quantity) AS sent FROM orders_shipmentline p
                JOIN orders_shipment s ON s.id = p.shipment_id WHERE s.kind <> 'replacement' GROUP BY 1
            ) p ON p.line_id = l.id LEFT JOIN (
                SELECT r.line_id, sum(r.unshipped) AS given_up FROM orders_refundline r
                JOIN orders_refund f ON f.id = r.refund_id WHERE f.state = 'done' GROUP BY 1
            ) r ON r.line_id = l.id
        )
        SELECT o.code, o.state, u.* FROM units u JOIN orders_order o ON o.id = u.order_id
        WHERE u.returned > u.shipped OR u.shipped > u.quantity OR u.returned < 0 OR u.shipped <> u.sent
            OR (u.left > 0 AND o.state IN ('shipped', 'delivered'))
            OR (u.shipped > 0 AND o.state NOT IN ('partly', 'shipped', 'delivered'))
        """,
    ),
    Invariant(
        "I26",
        "an idempotency key stands for one write of one writer",
        "SELECT scope, key, count(*) FROM chengfeng_idempotentwrite GROUP BY 1, 2 HAVING count(*) > 1",
    ),
    Invariant(
        "I27",
        "a paid order has exactly one order.paid message, and no message waits longer than five minutes",
        """
        SELECT coalesce(o.code, m.key) AS order, coalesce(m.messages, 0) AS messages, NULL::timestamptz AS waiting_since
        FROM (SELECT code FROM orders_order WHERE paid_at IS NOT NULL) o
        FULL JOIN (
            SELECT key, count(*) AS messages FROM chengfeng_outboxmessage WHERE topic = 'order.paid' GROUP BY 1
        ) m ON m.key = o.code
        WHERE o.code IS NULL OR coalesce(m.messages, 0) <> 1
        UNION ALL
        SELECT key, 1, created_at FROM chengfeng_outboxmessage
        WHERE delivered_at IS NULL AND created_at < now() - interval '5 minutes'
        """,
    ),
]
