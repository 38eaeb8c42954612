"""Invariants of the ledger: I14 to I19, and I41."""

from .shape import Invariant

FACTS = """
    SELECT 'payment:' || p.code || ':' || o.code AS reference, s.amount, m.code AS owner, 'sales' AS account
    FROM orders_paymentshare s JOIN orders_payment p ON p.id = s.payment_id
    JOIN orders_order o ON o.id = s.order_id JOIN shops_merchant m ON m.id = o.merchant_id
    WHERE p.state = 'captured' AND s.amount <> 0
    UNION ALL
    SELECT 'refund:' || r.code, -r.amount, m.code, 'sales'
    FROM orders_refund r JOIN shops_merchant m ON m.id = r.merchant_id
    WHERE r.state = 'done' AND r.amount <> 0
    UNION ALL
    SELECT max(t.reference) FILTER (WHERE t.reference = 'charge:' || c.token), sum(c.amount), '', 'ad_revenue'
    FROM ads_charge c JOIN chengfeng_transfer t ON t.id = c.transfer_id GROUP BY t.id
    UNION ALL
    SELECT 'credit_note:' || c.token, -n.amount, '', 'ad_revenue'
    FROM ads_creditnote n JOIN ads_charge c ON c.id = n.charge_id
    UNION ALL
    SELECT 'grant:' || g.code, g.amount, g.code, 'grant' FROM ads_grant g
    UNION ALL
    SELECT 'grant_expiry:' || g.code, NULL, g.code, 'grant' FROM ads_grant g WHERE g.expired_at IS NOT NULL
    UNION ALL
    SELECT 'top_up:' || t.code, t.amount, m.code, 'wallet'
    FROM ads_topup t JOIN shops_merchant m ON m.id = t.merchant_id WHERE t.state = 'done'
"""

ALL = [
    Invariant(
        "I14",
        "each transfer has two entries or more, which sum to zero per currency",
        """
        SELECT t.reference, e.currency, count(e.id) AS entries, sum(e.amount) FROM chengfeng_transfer t
        LEFT JOIN chengfeng_entry e ON e.transfer_id = t.id
        GROUP BY t.id, e.currency HAVING count(e.id) < 2 OR sum(e.amount) <> 0
        """,
    ),
    Invariant(
        "I15",
        "the whole ledger sums to zero per currency",
        "SELECT currency, sum(amount) FROM chengfeng_entry GROUP BY currency HAVING sum(amount) <> 0",
    ),
    Invariant(
        "I16",
        "an entry has the currency of its account",
        """
        SELECT e.id, e.currency, a.currency AS account_currency FROM chengfeng_entry e
        JOIN chengfeng_account a ON a.id = e.account_id WHERE e.currency <> a.currency
        """,
    ),
    Invariant(
        "I17",
        "one business fact is one transfer, and one transfer one business fact",
        f"""
        SELECT t.reference, count(*) AS transfers, count(f.reference) AS facts
        FROM chengfeng_transfer t LEFT JOIN ({FACTS}) f USING (reference)
        WHERE t.kind IN ('payment', 'refund', 'charge', 'credit_note', 'grant', 'grant_expiry', 'top_up')
        GROUP BY t.reference HAVING count(*) <> 1 OR count(f.reference) <> 1
        """,
    ),
    Invariant(
        "I18",
        "every captured payment, done refund, top-up, charge, credit note and grant is in the ledger, to the cent",
        f"""
        SELECT f.reference, f.amount, e.amount AS posted FROM ({FACTS}) f
        LEFT JOIN (
            SELECT t.reference, a.owner, a.kind, sum(e.amount) AS amount FROM chengfeng_transfer t
            JOIN chengfeng_entry e ON e.transfer_id = t.id JOIN chengfeng_account a ON a.id = e.account_id
            GROUP BY 1, 2, 3
        ) e ON e.reference = f.reference AND e.owner = f.owner AND e.kind = f.account
        WHERE f.amount IS NOT NULL AND e.amount IS DISTINCT FROM f.amount
        """,
    ),
    Invariant(
        "I19",
        "wallets, grants and frozen money hold the sum of their entries, never negative; a grant that is over, nothing",
        """
        SELECT a.kind, a.owner, a.currency, a.balance, coalesce(e.sum, 0) AS entries, g.amount AS granted
        FROM chengfeng_account a
        LEFT JOIN (SELECT account_id, sum(amount) FROM chengfeng_entry GROUP BY 1) e ON e.account_id = a.id
        LEFT JOIN ads_grant g ON a.kind = 'grant' AND g.code = a.owner AND g.currency = a.currency
        WHERE (a.balance IS NOT NULL OR a.kind IN ('wallet', 'grant', 'frozen')) AND (
            a.balance IS DISTINCT FROM coalesce(e.sum, 0) OR a.balance < 0
            OR a.kind = 'grant' AND (
                g.id IS NULL OR a.balance > g.amount OR g.expired_at IS NOT NULL AND a.balance <> 0
            )
        )
        """,
    ),
    Invariant(
        "I41",
        "what is summed up of wallets by day is what the transfers until then moved",
        """
        SELECT merchant, d.lines, l.lines AS of_ledger, d.cash, l.cash AS of_wallet, d.grants, l.grants AS of_grants
        FROM (
            SELECT merchant_id AS merchant, sum(lines) AS lines, sum(cash) AS cash, sum(grants) AS grants
            FROM ads_walletday GROUP BY 1
        ) d FULL JOIN (
            SELECT coalesce(g.merchant_id, m.id) AS merchant, count(DISTINCT e.transfer_id) AS lines,
                coalesce(sum(e.amount) FILTER (WHERE a.kind = 'wallet'), 0) AS cash,
                coalesce(sum(e.amount) FILTER (WHERE a.kind = 'grant'), 0) AS grants
            FROM chengfeng_account a JOIN chengfeng_entry e ON e.account_id = a.id
            LEFT JOIN ads_grant g ON a.kind = 'grant' AND g.code = a.owner
            LEFT JOIN shops_merchant m ON a.kind = 'wallet' AND m.code = a.owner
            WHERE a.kind IN ('wallet', 'grant') AND a.currency = coalesce(g.currency, m.currency)
                AND e.transfer_id <= (SELECT max(highest) FROM ads_walletday)
            GROUP BY 1
        ) l USING (merchant)
        WHERE (d.lines, d.cash, d.grants) IS DISTINCT FROM (l.lines, l.cash, l.grants)
        """,
    ),
]
