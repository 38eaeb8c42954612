"""The whole marketplace in sums per currency, and the proof that orders, reports and ledger agree to the cent."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from ads.attribution import WITHDRAWN
from chengfeng import sql
from chengfeng.money import ZERO
from shops.models import Merchant

from . import reading
from .metrics import total
from .models import MerchantDay
from .reconciliation import comparing
from .sources import Grain, measures

BEGINNING = date(1970, 1, 3)

PLACED = """
    SELECT currency, count(*) AS orders, coalesce(sum(subtotal), 0) AS item_value,
        coalesce(sum(shipping), 0) AS freight,
        coalesce(sum(tax), 0) AS fees, coalesce(sum(discount), 0) AS discounts, coalesce(sum(total), 0) AS placed_value,
        count(*) FILTER (WHERE paid_at IS NOT NULL) AS paid_orders,
        coalesce(sum(total) FILTER (WHERE paid_at IS NOT NULL), 0) AS gmv,
        count(*) FILTER (WHERE state = 'delivered') AS delivered_orders,
        count(DISTINCT merchant_id) AS merchants
    FROM orders_order WHERE {placed_at} GROUP BY currency
"""
CHECKOUTS = """
    SELECT currency, count(*) AS checkouts, count(*) FILTER (WHERE paid) AS paid_checkouts,
        count(*) FILTER (WHERE delivered) AS delivered_checkouts
    FROM (
        SELECT c.id, c.currency, coalesce(bool_and(o.paid_at IS NOT NULL), false) AS paid,
            coalesce(bool_and(o.state = 'delivered'), false) AS delivered
        FROM orders_checkout c LEFT JOIN orders_order o ON o.checkout_id = c.id
        WHERE {c.placed_at} GROUP BY c.id
    ) whole GROUP BY currency
"""
CANCELLED_ORDERS = """
    SELECT currency, cancel_reason AS key, count(*) AS orders FROM orders_order
    WHERE state = 'cancelled' AND {placed_at} GROUP BY 1, 2 ORDER BY 2
"""
CANCELLED_CHECKOUTS = """
    SELECT currency, reason AS key, count(*) AS checkouts FROM (
        SELECT c.id, c.currency, min(o.cancel_reason) AS reason FROM orders_checkout c
        JOIN orders_order o ON o.checkout_id = c.id WHERE {c.placed_at}
        GROUP BY c.id HAVING bool_and(o.state = 'cancelled') AND count(DISTINCT o.cancel_reason) = 1
    ) whole GROUP BY 1, 2 ORDER BY 2
"""
METHODS = """
    SELECT currency, method AS key, count(*) AS payments, sum(amount) AS amount FROM orders_payment
    WHERE state = 'captured' AND {captured_at} GROUP BY 1, 2 ORDER BY 2
"""
REFUNDS = """
    SELECT currency, count(*) AS refund_count, sum(amount) AS refunds FROM orders_refund
    WHERE state = 'done' AND {done_at} GROUP BY currency
"""
EVENTS = """
    SELECT m.currency, count(*) FILTER (WHERE e.kind = 'impression' AND e.is_valid) AS impressions,
        count(*) FILTER (WHERE e.kind = 'viewable' AND e.is_valid) AS viewable,
        count(*) FILTER (WHERE e.kind = 'click' AND e.is_valid) AS clicks,
        count(*) FILTER (WHERE e.kind = 'click' AND NOT e.is_valid) AS invalid_clicks
    FROM ads_event e JOIN shops_merchant m ON m.id = e.merchant_id WHERE {e.at} GROUP BY 1
"""
SPEND = """
    SELECT m.currency, count(*) FILTER (WHERE p.amount > 0) AS charges, sum(p.amount) AS spend FROM (
        SELECT c.merchant_id, c.amount FROM ads_charge c WHERE {c.at}
        UNION ALL SELECT n.merchant_id, -n.amount FROM ads_creditnote n WHERE {n.at}
    ) p JOIN shops_merchant m ON m.id = p.merchant_id GROUP BY 1
"""
CREDITS = f"""
    SELECT m.currency,
        count(DISTINCT l.conversion_id) FILTER (WHERE r.share > 0 AND NOT EXISTS ({WITHDRAWN})) AS ad_orders,
        coalesce(sum(r.amount) FILTER (WHERE r.refund = ''), 0) AS ad_gmv,
        coalesce(-sum(r.amount) FILTER (WHERE r.refund <> ''), 0) AS ad_refunds
    FROM ads_credit r JOIN ads_conversionline l ON l.id = r.line_id JOIN shops_merchant m ON m.id = r.merchant_id
    WHERE r.rule = 'last_click_7d' AND {{r.at}} GROUP BY 1
"""
TOP_UPS = """
    SELECT currency, sum(amount) AS top_ups FROM ads_topup WHERE state = 'done' AND {done_at} GROUP BY 1
"""
WALLETS = """
    SELECT currency, sum(balance) AS wallet_balances FROM chengfeng_account WHERE kind = 'wallet' GROUP BY 1
"""

SUMS = [PLACED, CHECKOUTS, REFUNDS, EVENTS, SPEND, CREDITS, TOP_UPS, WALLETS]
GROUPS = {
    "payments_by_method": METHODS, "cancelled_orders": CANCELLED_ORDERS, "cancelled_checkouts": CANCELLED_CHECKOUTS,
}  # fmt: skip
MONEY = [
    "item_value", "freight", "fees", "discounts", "placed_value", "gmv", "refunds", "spend", "ad_gmv", "ad_refunds",
    "top_ups", "wallet_balances",
]  # fmt: skip
COUNTS = [
    "checkouts", "orders", "merchants", "paid_checkouts", "paid_orders", "delivered_checkouts", "delivered_orders",
    "refund_count", "impressions", "viewable", "clicks", "invalid_clicks", "charges", "ad_orders",
]  # fmt: skip


def totals(*, first: date | None = None, last: date | None = None) -> dict[str, dict]:
    """Return the sums of the marketplace by currency, of all time or of UTC days, both included.

    Orders and checkouts count by when they were placed, everything else by its own clock; wallet balances are those
    of now. A checkout is paid, delivered or cancelled when all its orders are. `payments_by_method` maps a method to
    {payments, amount}; `cancelled_orders` and `cancelled_checkouts` map a reason to a count.
    """
    sums: dict[str, dict] = defaultdict(lambda: dict.fromkeys(COUNTS, 0) | dict.fromkeys(MONEY, ZERO) | _no_groups())
    for query in SUMS:
        for row in _run(query, first, last):
            sums[row.pop("currency")].update(row)
    for name, query in GROUPS.items():
        for row in _run(query, first, last):
            group = sums[row.pop("currency")][name]
            key = row.pop("key")
            group[key] = row if len(row) > 1 else next(iter(row.values()))
    return dict(sorted(sums.items()))


def _no_groups() -> dict[str, dict]:
    return {name: {} for name in GROUPS}


def _run(query: str, first: date | None = None, last: date | None = None) -> list[dict]:
    """Run a query in which `{column}` stands for: the column lies in the days."""
    after = first and datetime.combine(first, time.min, UTC)
    before = last and datetime.combine(last + timedelta(days=1), time.min, UTC)
    limits = (["{} >= %(after)s"] if after else []) + (["{} < %(before)s"] if before else [])
    condition = " AND ".join(limits) or "true"
    query = re.sub(r"\{([a-z_.]+)\}", lambda column: condition.replace("{}", column[1]), query)
    return sql.dicts(query, {"after": after, "before": before})


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One amount as two places know it; they agree when the difference is zero."""

    currency: str
    what: str
    rows: Decimal
    ledger: Decimal
    rows_label: str
    ledger_label: str

    @property
    def difference(self) -> Decimal:
        return self.rows - self.ledger


LEDGER = """
    SELECT e.currency, t.kind, a.kind AS account, sum(e.amount) AS amount FROM chengfeng_entry e
    JOIN chengfeng_transfer t ON t.id = e.transfer_id JOIN chengfeng_account a ON a.id = e.account_id GROUP BY 1, 2, 3
"""
BALANCES = """
    SELECT e.currency, a.kind AS account, sum(e.amount) AS amount FROM chengfeng_account a
    JOIN chengfeng_entry e ON e.account_id = a.id WHERE a.kind IN ('wallet', 'payable', 'commission', 'subsidy')
    GROUP BY 1, 2
"""
SETTLED = """
    SELECT currency, sum(net) AS owed, sum(commission) AS commission, sum(subsidies) AS subsidies FROM (
        SELECT currency, net, commission, subsidy + shipping_subsidy AS subsidies FROM orders_settlement
        UNION ALL
        SELECT currency, -amount, 0, 0 FROM orders_payout WHERE transfer_id IS NOT NULL
        UNION ALL
        SELECT p.currency, p.amount, 0, 0 FROM orders_payoutreturn r JOIN orders_payout p ON p.id = r.payout_id
    ) moved GROUP BY 1
"""
SHARES = """
    SELECT o.currency, sum(s.amount) AS captured,
        sum(CASE WHEN o.paid_at IS NULL THEN s.amount ELSE s.surplus END) AS unpaid
    FROM orders_paymentshare s JOIN orders_payment p ON p.id = s.payment_id JOIN orders_order o ON o.id = s.order_id
    WHERE p.state = 'captured' GROUP BY 1
"""


REPORTED = f"""
    SELECT m.currency, {", ".join(f"sum({code}) AS {code}" for code in measures(Grain.MERCHANT))}
    FROM ({{days}}) d JOIN shops_merchant m ON m.id = d.merchant_id GROUP BY 1
"""


def reported(*, at: datetime) -> dict[str, dict]:
    """Return what the reports say of all time, by currency: closed days from facts, the rest live."""
    has_facts = Exists(MerchantDay.objects.filter(merchant=OuterRef("pk")))
    parts = [list(Merchant.objects.filter(condition)) for condition in (has_facts, ~has_facts)]
    found: dict[str, list[dict]] = defaultdict(list)
    for part in filter(None, parts):
        span = reading.span(part, BEGINNING, at.date() + timedelta(days=1), at=at)
        days, params = reading.query(span, grain=Grain.MERCHANT, among=None)
        for row in sql.dicts(REPORTED.format(days=days), params):
            found[row.pop("currency")].append(row)
    return {currency: total(rows) for currency, rows in found.items()}


def reconcile(found: Mapping[str, Mapping], facts: Mapping[str, Mapping]) -> list[Reconciled]:
    """Lay orders, settlement, reports and ledger side by side, all of time; `facts` is what `reported` returned."""
    pairs = comparing.totals()
    balances = {(row["currency"], row["account"]): row["amount"] for row in _run(BALANCES)}
    settled = {row["currency"]: row for row in _run(SETTLED)}
    books = {(row["currency"], row["kind"], row["account"]): row["amount"] for row in _run(LEDGER)}
    shares = {row["currency"]: row for row in _run(SHARES)}
    lines: list[Reconciled] = []
    for currency, sums in found.items():
        captured = shares.get(currency, {}).get("captured") or ZERO
        unpaid = shares.get(currency, {}).get("unpaid") or ZERO
        told = facts.get(currency, {})

        def posted(kind: str, account: str, currency: str = currency) -> Decimal:
            return books.get((currency, kind, account), ZERO)

        def net(account: str, currency: str = currency) -> Decimal:
            return sum((books.get((currency, kind, account), ZERO) for kind in ("charge", "credit_note")), ZERO)

        def line(what, rows, ledger, left, right, currency: str = currency) -> Reconciled:
            return Reconciled(currency, what, rows or ZERO, ledger or ZERO, left, right)

        orders, reports, ledger = _("orders"), _("reports"), _("ledger")
        due = settled.get(currency, {})
        lines += [
            line(total.pair.label, total.left, total.right, total.pair.left_label, total.pair.right_label)
            for total in pairs.get(currency, [])
        ]
        lines += [
            line(_("Paid orders and payments on account"), sums["gmv"] + unpaid, captured, orders, _("payments")),
            line(_("Paid GMV"), told.get("paid_gmv"), sums["gmv"], reports, orders),
            line(_("Refunds"), told.get("refunds"), sums["refunds"], reports, orders),
            line(_("Ad spend"), told.get("spend"), net("ad_revenue"), reports, ledger),
            line(
                _("Ad spend"), sums["spend"], -net("wallet") - net("grant") - net("given"), _("charges"), ledger
            ),
            line(_("GMV by ads"), told.get("ad_gmv"), sums["ad_gmv"], reports, _("credits")),
            line(_("Top-ups"), sums["top_ups"], posted("top_up", "wallet"), _("top-ups"), ledger),
            line(_("Wallets"), sums["wallet_balances"], balances.get((currency, "wallet")), _("balances"), ledger),
            line(
                _("Owed to merchants"), due.get("owed"), balances.get((currency, "payable")), _("settlements"), ledger
            ),
            line(
                _("Commission"), due.get("commission"), balances.get((currency, "commission")), _("settlements"), ledger
            ),
            line(
                _("Borne by the platform"), due.get("subsidies"), -balances.get((currency, "subsidy"), ZERO),
                _("settlements"), ledger,
            ),
        ]  # fmt: skip
    return lines
