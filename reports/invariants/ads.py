"""Invariants of advertising: I20 to I24."""

from .shape import Invariant

ALL = [
    Invariant(
        "I20",
        "a click, or a viewable impression, is charged at most once",
        "SELECT event_day, token, count(*) FROM ads_charge GROUP BY 1, 2 HAVING count(*) > 1",
    ),
    Invariant(
        "I21",
        "a charge is for what was valid then, else given back in full; 0 < amount ≤ bid; its merchant's pots paid it",
        """
        SELECT c.code, c.amount, c.granted, c.bid, e.is_valid, e.merchant_id, e.campaign_id, p.cash, p.by_cash,
            p.granted AS of_transfer, p.by_grants
        FROM ads_charge c
        LEFT JOIN ads_event e ON e.day = c.event_day AND e.token = c.token AND e.kind = c.kind
            AND e.kind = CASE e.pricing WHEN 'cpm' THEN 'viewable' ELSE 'click' END
        LEFT JOIN ads_creditnote n ON n.charge_id = c.id
        JOIN (
            SELECT s.*, coalesce(-sum(i.amount) FILTER (WHERE a.kind = 'wallet' AND m.id = s.merchant), 0) AS by_cash,
                coalesce(-sum(i.amount) FILTER (
                    WHERE g.merchant_id = s.merchant AND (g.campaign_id IS NULL OR g.campaign_id = s.campaign)
                ), 0) AS by_grants, count(*) FILTER (WHERE i.amount < 0) AS payers
            FROM (
                SELECT transfer_id, count(*) AS charges, max(merchant_id) AS merchant, max(campaign_id) AS campaign,
                    count(DISTINCT campaign_id) AS campaigns, sum(amount - granted) AS cash, sum(granted) AS granted
                FROM ads_charge GROUP BY 1
            ) s JOIN chengfeng_entry i ON i.transfer_id = s.transfer_id
            JOIN chengfeng_account a ON a.id = i.account_id
            LEFT JOIN shops_merchant m ON a.kind = 'wallet' AND m.code = a.owner
            LEFT JOIN ads_grant g ON a.kind = 'grant' AND g.code = a.owner
            GROUP BY s.transfer_id, s.charges, s.merchant, s.campaign, s.campaigns, s.cash, s.granted
        ) p ON p.transfer_id = c.transfer_id
        WHERE (e.is_valid AND e.reason = '') IS NOT TRUE AND (e.rescored_at IS NULL OR n.id IS NULL)
            OR n.amount <> c.amount OR e.merchant_id <> c.merchant_id OR e.campaign_id <> c.campaign_id
            OR c.amount <= 0 OR c.amount > c.bid OR c.bid <> e.bid OR p.campaigns > 1
            OR p.charges > 1 AND p.payers > 1 OR (p.by_cash, p.by_grants) <> (p.cash, p.granted)
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
        "days, totals and account days say what their charges say, and spend at most their budgets",
        """
        SELECT 'campaign day' AS what, coalesce(d.campaign_id, c.campaign_id) AS id, coalesce(d.day, c.day) AS day,
            d.budget, d.spent, c.charged
        FROM ads_campaignday d
        FULL JOIN (SELECT campaign_id, day, sum(amount) AS charged FROM ads_charge GROUP BY 1, 2) c
            ON c.campaign_id = d.campaign_id AND c.day = d.day
        WHERE d.budget IS NULL OR coalesce(c.charged, 0) > d.budget OR d.spent <> coalesce(c.charged, 0)
        UNION ALL
        SELECT 'campaign total', t.campaign_id, NULL, t.budget, t.spent, c.charged FROM ads_campaigntotal t
        LEFT JOIN (SELECT campaign_id, sum(amount) AS charged FROM ads_charge GROUP BY 1) c USING (campaign_id)
        WHERE t.spent > t.budget OR t.spent <> coalesce(c.charged, 0)
        UNION ALL
        SELECT 'account day', a.merchant_id, a.day, a.budget, a.spent, c.charged FROM ads_accountday a
        LEFT JOIN (SELECT merchant_id, day, sum(amount) AS charged FROM ads_charge GROUP BY 1, 2) c
            USING (merchant_id, day)
        WHERE a.spent > a.budget OR a.spent <> coalesce(c.charged, 0)
        """,
    ),
    Invariant(
        "I24",
        "credits of a line and rule sum to 1 or, taken back, 0, and to as much of its value and of what refunds left "
        "of that; touched before the sale, posted to its moment, of the same merchant; and claimed by a campaign",
        """
        SELECT n.order_code, l.line_code, r.rule, l.value, sum(r.share) AS shares,
            sum(r.amount) FILTER (WHERE r.refund = '') AS credited, sum(r.amount) AS net
        FROM ads_credit r JOIN ads_conversionline l ON l.id = r.line_id
        JOIN ads_conversion n ON n.id = l.conversion_id
        LEFT JOIN orders_orderline o ON o.code = l.line_code
        GROUP BY n.id, l.id, o.id, r.rule
        HAVING sum(r.share) NOT IN (0, 1)
            OR coalesce(sum(r.amount) FILTER (WHERE r.refund = ''), 0) <> sum(r.share) * l.value
            OR sum(r.amount) <> sum(r.share) * greatest(l.value - coalesce(o.refunded, 0), 0)
            OR (sum(r.share) = 0 AND bool_and(r.reason NOT IN ('invalid', 'linked')))
            OR max(r.touched_at) > n.at OR bool_or(r.refund = '' AND r.at <> n.at)
            OR bool_or(r.merchant_id <> n.merchant_id)
            OR sum(r.share) = 1 AND NOT EXISTS (SELECT FROM ads_saleclaim k WHERE k.conversion_id = n.id)
        """,
    ),
]
