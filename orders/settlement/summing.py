"""What many orders have earned, worked out by the database: for forecasts, and for checking what was settled.

The same arithmetic as `earning`, which decides; the tests hold both together.
"""

from datetime import date
from decimal import Decimal

from django.conf import settings

from chengfeng import sql
from chengfeng.money import minor_unit
from shops.models import Merchant

EARNED_LINES = """
    SELECT o.id AS order_id, l.id AS line_id, u.digits, p.goods, p.subsidy,
        round((p.goods + p.subsidy) * l.commission_rate, u.digits) AS commission
    FROM {orders} o JOIN orders_orderline l ON l.order_id = o.id
    JOIN unnest(%(currencies)s::text[], %(digits)s::int[]) AS u (currency, digits) ON u.currency = o.currency
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN o.state <> 'cancelled' THEN l.total - l.refunded
            WHEN o.cancel_reason = 'balance_unpaid' AND o.deposit_at IS NOT NULL
                THEN round(greatest(o.deposit - o.refunded, 0) * l.total / nullif(o.total - o.shipping - o.tax, 0),
                    u.digits)
            ELSE 0
        END AS goods,
        CASE WHEN o.state = 'cancelled' THEN 0
            WHEN l.total > 0 THEN round(l.subsidy * (l.total - l.refunded) / l.total, u.digits)
            ELSE round(l.subsidy * (l.quantity - l.returned) / l.quantity, u.digits)
        END AS subsidy
    ) p
"""
EARNED = f"""
    SELECT o.id AS order_id, g.goods, g.subsidy, g.commission, s.shipping, s.shipping_subsidy, s.tax,
        g.goods + g.subsidy - g.commission + s.shipping + s.shipping_subsidy + s.tax AS net
    FROM {{orders}} o
    JOIN (
        SELECT e.order_id, min(e.digits) AS digits, sum(e.goods) AS goods, sum(e.subsidy) AS subsidy,
            sum(e.commission) AS commission
        FROM ({EARNED_LINES}) e GROUP BY 1
    ) g ON g.order_id = o.id
    JOIN (SELECT order_id, sum(refunded) AS refunded FROM orders_orderline GROUP BY 1) b ON b.order_id = o.id
    CROSS JOIN LATERAL (SELECT o.refunded - b.refunded AS back) r
    CROSS JOIN LATERAL (
        SELECT
            CASE WHEN o.state = 'cancelled' THEN 0 ELSE o.shipping - least(r.back, o.shipping) END AS shipping,
            CASE WHEN o.state = 'cancelled' THEN 0 ELSE o.tax - r.back + least(r.back, o.shipping) END AS tax,
            CASE WHEN o.state = 'cancelled' OR (o.total > 0 AND o.refunded = o.total) THEN 0
                WHEN o.shipping + o.tax = 0 THEN o.shipping_subsidy
                ELSE round(o.shipping_subsidy * (o.shipping + o.tax - r.back) / (o.shipping + o.tax), g.digits)
            END AS shipping_subsidy
    ) s
"""  # `{orders}` is a table or a subquery of orders

ENDED = "CASE o.state WHEN 'delivered' THEN o.delivered_at ELSE o.cancelled_at END"
WAIT = """
    coalesce(make_interval(days => (
        SELECT t.days FROM orders_terms t
        WHERE t.merchant_id = o.merchant_id AND t.days IS NOT NULL
            AND t.valid_from <= ({at} AT TIME ZONE m.time_zone)::date
        ORDER BY t.valid_from DESC LIMIT 1
    )), %(wait)s)
"""  # how long an order waits that came to its end at `{at}`

WAITING = """
    (SELECT * FROM orders_order WHERE merchant_id = %(merchant)s AND currency = %(currency)s AND settled_at IS NULL
        AND (state = 'delivered' OR cancel_reason = 'balance_unpaid' AND deposit_at IS NOT NULL))
"""
ON_THE_WAY = """
    (SELECT * FROM orders_order WHERE merchant_id = %(merchant)s AND currency = %(currency)s
        AND state IN ('paid', 'partly', 'shipped'))
"""
COMING = f"""
SELECT greatest((({ENDED} + {WAIT.format(at=ENDED)}) AT TIME ZONE m.time_zone)::date, %(today)s) AS day,
    count(*) AS orders, sum(e.net) AS net
FROM ({EARNED.format(orders=WAITING)}) e JOIN orders_order o ON o.id = e.order_id
JOIN shops_merchant m ON m.id = o.merchant_id GROUP BY 1 ORDER BY 1
"""
UNDER_WAY = f"SELECT count(*), coalesce(sum(net), 0) FROM ({EARNED.format(orders=ON_THE_WAY)}) e"


def coins(currencies: tuple[str, ...]) -> dict[str, list]:
    """Return the parameters that the queries round by: the currencies and their numbers of decimals."""
    digits = [-int(minor_unit(currency).as_tuple().exponent) for currency in currencies]
    return {"currencies": list(currencies), "digits": digits}


def coming(merchant: Merchant, *, currency: str, today: date) -> dict[date, tuple[int, Decimal]]:
    """Return number and net of the orders that wait to be settled, by the local day on which they fall due.

    What is overdue falls due today.
    """
    found = sql.rows(COMING, _params(merchant, currency) | {"today": today})
    return {day: (orders, net) for day, orders, net in found}


def under_way(merchant: Merchant, *, currency: str) -> tuple[int, Decimal]:
    """Return number and net of the orders that are paid and have not arrived yet."""
    return sql.row(UNDER_WAY, _params(merchant, currency))


def _params(merchant: Merchant, currency: str) -> dict:
    return {"merchant": merchant.pk, "currency": currency, "wait": settings.SETTLE_AFTER, **coins((currency,))}
