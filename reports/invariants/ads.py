"""Invariants of advertising: I20 to I24."""

from .shape import Invariant

ALL = [
    Invariant(
        "I20",
        "a click is charged at most once",
        "SELECT event_day, token, count(*) FROM ads_charge GROUP BY 1, 2 HAVING count(*) > 1",
    ),
    Invariant(
        "I21",
        "a charge is for a valid click of the same merchant and campaign, 0 < amount ≤ bid, and left the wallet",
        """
        SELECT c.code, c.amount, c.bid, e.is_valid, e.merchant_id, e.campaign_id, -w.amount AS debited
        FROM ads_charge c
        LEFT JOIN ads_event e ON e.day = c.event_day AND e.token = c.token AND e.kind = 'click'
        LEFT JOIN (
            SELECT n.transfer_id, n.amount FROM chengfeng_entry n
            JOIN chengfeng_account a ON a.id = n.account_id WHERE a.kind = 'wallet'
        ) w ON w.transfer_id = c.transfer_id
        WHERE e.is_valid IS NOT TRUE OR e.merchant_id <> c.merchant_id OR e.campaign_id <> c.campaign_id
            OR c.amount <= 0 OR c.amount > c.bid OR c.bid <> e.bid OR c.amount IS DISTINCT FROM -w.amount
        """,
    ),
    Invariant(
        "I22",
        "an event happens once, and one that is not valid says why",
        """
        SELECT token, kind, count(*) AS times, bool_and(is_valid) AS valid, min(reason) AS reason FROM ads_event
        GROUP BY 1, 2 HAVING count(*) > 1 OR bool_or(NOT is_valid AND reason = '')
        """,
    ),
    Invariant(
        "I23",
        "a campaign spends at most its daily budget, and its day says what its charges say",
        """
        SELECT coalesce(d.campaign_id, c.campaign_id) AS campaign_id, coalesce(d.day, c.day) AS day,
            d.budget, d.spent, c.charged
        FROM ads_campaignday d
        FULL JOIN (SELECT campaign_id, day, sum(amount) AS charged FROM ads_charge GROUP BY 1, 2) c
            ON c.campaign_id = d.campaign_id AND c.day = d.day
        WHERE d.budget IS NULL OR coalesce(c.charged, 0) > d.budget OR d.spent <> coalesce(c.charged, 0)
        """,
    ),
    Invariant(
        "I24",
        "credits of a line and rule sum to exactly 1 and to its value, less its refunds; touched before, same merchant",
        """
        SELECT n.order_code, l.line_code, r.rule, l.value, sum(r.share) AS shares,
            sum(r.amount) FILTER (WHERE r.reason = 'initial') AS credited, sum(r.amount) AS net
        FROM ads_credit r JOIN ads_conversionline l ON l.id = r.line_id
        JOIN ads_conversion n ON n.id = l.conversion_id
        LEFT JOIN orders_orderline o ON o.code = l.line_code
        GROUP BY n.id, l.id, o.id, r.rule
        HAVING sum(r.share) NOT IN (0, 1) OR sum(r.amount) FILTER (WHERE r.reason = 'initial') <> l.value
            OR sum(r.amount) <> sum(r.share) * greatest(l.value - coalesce(o.refunded, 0), 0)
            OR (sum(r.share) = 0 AND bool_and(r.reason <> 'invalid'))
            OR max(r.touched_at) > n.at OR bool_or(r.merchant_id <> n.merchant_id)
        """,
    ),
]
