"""Invariant of promotions: I13."""

from .shape import Invariant

ALL = [
    Invariant(
        "I13",
        "promotions are used within limit, budget and limit per shopper; what is counted is what is live",
        """
        WITH live AS (
            SELECT promotion_id, shopper, count(DISTINCT basket) AS times, sum(amount) AS amount
            FROM shops_promotionuse WHERE state = 'live' GROUP BY 1, 2
        ), sums AS (
            SELECT promotion_id, sum(times) AS times, sum(amount) AS amount FROM live GROUP BY 1
        )
        SELECT p.code, NULL::uuid AS shopper, p.used, coalesce(s.times, 0) AS live, p.spent, s.amount
        FROM shops_promotion p LEFT JOIN sums s ON s.promotion_id = p.id
        WHERE (p."limit" IS NOT NULL OR p.budget IS NOT NULL)
            AND (p.used <> coalesce(s.times, 0) OR p.spent <> coalesce(s.amount, 0)
                OR p.used > p."limit" OR p.spent > p.budget)
        UNION ALL
        SELECT p.code, coalesce(l.shopper, u.shopper), u.used, l.times, NULL, NULL
        FROM shops_promotion p
        JOIN (live l FULL JOIN (SELECT * FROM shops_shopperuses WHERE used > 0) u USING (promotion_id, shopper))
            ON p.id = promotion_id
        WHERE p.per_shopper IS NOT NULL
            AND (coalesce(u.used, 0) <> coalesce(l.times, 0) OR coalesce(l.times, 0) > p.per_shopper)
        UNION ALL
        SELECT p.code, u.shopper, NULL, NULL, u.amount, d.amount
        FROM shops_promotionuse u JOIN shops_promotion p ON p.id = u.promotion_id
        JOIN orders_order o ON o.code = u.cause
        LEFT JOIN (
            SELECT l.order_id, d.promotion_id, sum(d.amount) AS amount
            FROM orders_linediscount d JOIN orders_orderline l ON l.id = d.line_id GROUP BY 1, 2
        ) d ON d.order_id = o.id AND d.promotion_id = u.promotion_id
        WHERE p.benefit <> 'shipping' AND u.amount <> coalesce(d.amount, 0)
        """,
    ),
]
