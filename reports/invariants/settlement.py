"""Invariants of settlement, statements and payouts: I38 to I40."""

from chengfeng.models import Account
from orders.settlement.summing import EARNED, EARNED_LINES, coins

from .shape import Invariant

FACTS = """
    SELECT 'settlement:' || s.code AS reference, m.code AS owner, s.net AS payable,
        -(s.goods + s.shipping + s.tax) AS sales, s.commission, -(s.subsidy + s.shipping_subsidy) AS subsidy
    FROM orders_settlement s JOIN shops_merchant m ON m.id = s.merchant_id
    WHERE s.transfer_id IS NOT NULL
    UNION ALL
    SELECT 'payout:' || p.code, m.code, -p.amount, 0, 0, 0
    FROM orders_payout p JOIN shops_merchant m ON m.id = p.merchant_id WHERE p.transfer_id IS NOT NULL
    UNION ALL
    SELECT 'payout:' || p.code || ':back', m.code, p.amount, 0, 0, 0
    FROM orders_payoutreturn r JOIN orders_payout p ON p.id = r.payout_id
    JOIN shops_merchant m ON m.id = p.merchant_id
"""
POSTED = """
    SELECT t.reference, max(a.owner) FILTER (WHERE a.kind = 'payable') AS owner,
        coalesce(sum(e.amount) FILTER (WHERE a.kind = 'payable'), 0) AS payable,
        coalesce(sum(e.amount) FILTER (WHERE a.kind = 'sales'), 0) AS sales,
        coalesce(sum(e.amount) FILTER (WHERE a.kind = 'commission'), 0) AS commission,
        coalesce(sum(e.amount) FILTER (WHERE a.kind = 'subsidy'), 0) AS subsidy
    FROM chengfeng_transfer t JOIN chengfeng_entry e ON e.transfer_id = t.id
    JOIN chengfeng_account a ON a.id = e.account_id
    WHERE t.kind IN ('settlement', 'payout') GROUP BY 1
"""
SETTLED_ORDERS = "(SELECT * FROM orders_order WHERE settled_at IS NOT NULL)"


def _coins() -> dict:
    return coins(tuple(Account.objects.values_list("currency", flat=True).distinct()))


ALL = [
    Invariant(
        "I38",
        "settlements, payouts and what came back are in the ledger, each once and to the cent, and nothing else is",
        f"""
        SELECT coalesce(f.reference, p.reference) AS reference, f.payable, p.payable AS posted, f.sales,
            p.sales AS sales_posted, f.commission, p.commission AS commission_posted
        FROM ({FACTS}) f FULL JOIN ({POSTED}) p ON p.reference = f.reference
        WHERE (f.payable, f.sales, f.commission, f.subsidy)
                IS DISTINCT FROM (p.payable, p.sales, p.commission, p.subsidy)
            OR (f.payable <> 0 AND f.owner IS DISTINCT FROM p.owner)
        """,
    ),
    Invariant(
        "I39",
        "what was settled of an order, and of each line, is what it has earned by now",
        f"""
        SELECT o.code AS "order", 'order' AS part, e.net AS earned, coalesce(s.net, 0) AS settled
        FROM ({EARNED.format(orders=SETTLED_ORDERS)}) e JOIN orders_order o ON o.id = e.order_id
        LEFT JOIN (
            SELECT order_id, sum(net) AS net, sum(goods) AS goods, sum(subsidy) AS subsidy,
                sum(commission) AS commission, sum(shipping) AS shipping, sum(shipping_subsidy) AS shipping_subsidy,
                sum(tax) AS tax FROM orders_settlement GROUP BY 1
        ) s ON s.order_id = o.id
        WHERE (e.net, e.goods, e.subsidy, e.commission, e.shipping, e.shipping_subsidy, e.tax) IS DISTINCT FROM
            (s.net, s.goods, s.subsidy, s.commission, s.shipping, s.shipping_subsidy, s.tax)
        UNION ALL
        SELECT o.code, 'line ' || l.code, e.goods + e.subsidy - e.commission, coalesce(s.net, 0)
        FROM ({EARNED_LINES.format(orders=SETTLED_ORDERS)}) e JOIN orders_order o ON o.id = e.order_id
        JOIN orders_orderline l ON l.id = e.line_id
        LEFT JOIN (
            SELECT line_id, sum(net) AS net, sum(goods) AS goods, sum(commission) AS commission
            FROM orders_settlementline GROUP BY 1
        ) s ON s.line_id = l.id
        WHERE (e.goods + e.subsidy - e.commission, e.goods, e.commission) IS DISTINCT FROM
            (s.net, s.goods, s.commission)
        """,
        _coins,
    ),
    Invariant(
        "I40",
        "statements follow one another and state their rows; the ledger owes a merchant its last closing and the rest",
        """
        WITH moved AS (
            SELECT merchant_id, currency, statement_id, net AS amount FROM orders_settlement
            UNION ALL
            SELECT merchant_id, currency, statement_id, -amount FROM orders_payout WHERE transfer_id IS NOT NULL
            UNION ALL
            SELECT r.merchant_id, p.currency, r.statement_id, p.amount FROM orders_payoutreturn r
            JOIN orders_payout p ON p.id = r.payout_id
        ), stated AS (
            SELECT s.*, lag(closing, 1, 0) OVER one_by_one AS before, lag(last) OVER one_by_one AS ended,
                row_number() OVER one_by_one AS place
            FROM orders_statement s WINDOW one_by_one AS (PARTITION BY merchant_id, currency ORDER BY number)
        )
        SELECT s.code, s.opening, s.before, s.closing, coalesce(m.amount, 0) AS moved FROM stated s
        LEFT JOIN (SELECT statement_id, sum(amount) AS amount FROM moved GROUP BY 1) m ON m.statement_id = s.id
        WHERE s.opening <> s.before OR s.number <> s.place OR s.first <= s.ended
            OR s.closing - s.opening <> coalesce(m.amount, 0)
        UNION ALL
        SELECT coalesce(m.code, b.owner), NULL, NULL, m.amount, b.amount
        FROM (
            SELECT owner.code, moved.currency, sum(moved.amount) AS amount FROM moved
            JOIN shops_merchant owner ON owner.id = moved.merchant_id GROUP BY 1, 2
        ) m FULL JOIN (
            SELECT a.owner, a.currency, sum(e.amount) AS amount FROM chengfeng_account a
            JOIN chengfeng_entry e ON e.account_id = a.id WHERE a.kind = 'payable' GROUP BY 1, 2
        ) b ON b.owner = m.code AND b.currency = m.currency
        WHERE coalesce(m.amount, 0) <> coalesce(b.amount, 0)
        """,
    ),
]
