"""The pairs of places that must say the same of the money: each side is a query of rows with a reference and an amount.

A side selects merchant, currency, instant, reference, order and amount; `{in_time}` limits an instant, and the
merchants are `%(merchants)s`.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.settlement.summing import EARNED


@dataclass(frozen=True, slots=True)
class Pair:
    """Two places and what they speak of; `left` and `right` are queries, the labels name the places."""

    code: str
    label: Promise
    left_label: Promise
    right_label: Promise
    left: str
    right: str


def _ledger(kind: str, account: str, sign: str = "", reference: str = "") -> str:
    """Return the side of the ledger: the entries of transfers of a kind on the merchants' accounts of a kind."""
    return f"""
        SELECT m.id AS merchant_id, e.currency, t.at, t.reference, '' AS "order", {sign}e.amount AS amount
        FROM chengfeng_account a JOIN shops_merchant m ON m.code = a.owner
        JOIN chengfeng_entry e ON e.account_id = a.id JOIN chengfeng_transfer t ON t.id = e.transfer_id
        WHERE a.kind = '{account}' AND t.kind = '{kind}' AND m.id = ANY(%(merchants)s) AND {{t.at}} {reference}
    """


PAID_ORDERS = """
    SELECT merchant_id, currency, paid_at AS at, code AS reference, code AS "order", total AS amount
    FROM orders_order WHERE merchant_id = ANY(%(merchants)s) AND {paid_at}
"""
PAID_FOR = """
    SELECT o.merchant_id, o.currency, o.paid_at AS at, o.code AS reference, o.code AS "order",
        s.amount - s.surplus AS amount
    FROM orders_order o JOIN orders_paymentshare s ON s.order_id = o.id JOIN orders_payment p ON p.id = s.payment_id
    WHERE o.merchant_id = ANY(%(merchants)s) AND {o.paid_at} AND p.state = 'captured'
"""
CAPTURED = """
    SELECT o.merchant_id, p.currency, p.captured_at AS at, 'payment:' || p.code || ':' || o.code AS reference,
        o.code AS "order", s.amount
    FROM orders_payment p JOIN orders_paymentshare s ON s.payment_id = p.id JOIN orders_order o ON o.id = s.order_id
    WHERE o.merchant_id = ANY(%(merchants)s) AND p.state = 'captured' AND {p.captured_at}
"""
REFUNDED = """
    SELECT r.merchant_id, r.currency, r.done_at AS at, 'refund:' || r.code AS reference, o.code AS "order", r.amount
    FROM orders_refund r JOIN orders_order o ON o.id = r.order_id
    WHERE r.merchant_id = ANY(%(merchants)s) AND r.state = 'done' AND {r.done_at}
"""
SETTLED = """
    SELECT s.merchant_id, s.currency, s.settled_at AS at, 'settlement:' || s.code AS reference, o.code AS "order",
        {amount} AS amount
    FROM orders_settlement s JOIN orders_order o ON o.id = s.order_id
    WHERE s.merchant_id = ANY(%(merchants)s) AND {s.settled_at}
"""
SETTLED_ORDERS = """
    (SELECT * FROM orders_order WHERE merchant_id = ANY(%(merchants)s) AND {settled_at})
"""
EARNED_BY_NOW = f"""
    SELECT o.merchant_id, o.currency, o.settled_at AS at, o.code AS reference, o.code AS "order", e.net AS amount
    FROM ({EARNED.format(orders=SETTLED_ORDERS)}) e JOIN orders_order o ON o.id = e.order_id
"""
SETTLED_SO_FAR = """
    SELECT o.merchant_id, o.currency, o.settled_at AS at, o.code AS reference, o.code AS "order", s.net AS amount
    FROM orders_order o JOIN orders_settlement s ON s.order_id = o.id
    WHERE o.merchant_id = ANY(%(merchants)s) AND {o.settled_at}
"""
PAID_OUT = """
    SELECT merchant_id, currency, sent_at AS at, 'payout:' || code AS reference, '' AS "order", amount
    FROM orders_payout WHERE merchant_id = ANY(%(merchants)s) AND transfer_id IS NOT NULL AND {sent_at}
"""
CAME_BACK = """
    SELECT r.merchant_id, p.currency, r.returned_at AS at, 'payout:' || p.code || ':back' AS reference, '' AS "order",
        p.amount
    FROM orders_payoutreturn r JOIN orders_payout p ON p.id = r.payout_id
    WHERE r.merchant_id = ANY(%(merchants)s) AND {r.returned_at}
"""
OUT_OF_SALES, NET = "s.goods + s.shipping + s.tax", "s.net"

ORDERS, PAYMENTS, REFUNDS, LEDGER = _("orders"), _("payments"), _("refunds"), _("ledger")
SETTLEMENTS, PAYOUTS = _("settlements"), _("payouts")

PAIRS: dict[str, Pair] = {
    pair.code: pair
    for pair in [
        Pair("orders", _("Paid orders"), ORDERS, PAYMENTS, PAID_ORDERS, PAID_FOR),
        Pair("payments", _("Payments captured"), PAYMENTS, LEDGER, CAPTURED, _ledger("payment", "sales")),
        Pair("refunds", _("Refunds"), REFUNDS, LEDGER, REFUNDED, _ledger("refund", "sales", "-")),
        Pair("sales", _("Settled out of sales"), SETTLEMENTS, LEDGER, SETTLED.replace("{amount}", OUT_OF_SALES),
             _ledger("settlement", "sales", "-")),
        Pair("due", _("Due to the merchant"), SETTLEMENTS, LEDGER, SETTLED.replace("{amount}", NET),
             _ledger("settlement", "payable")),
        Pair("earned", _("Earned"), ORDERS, SETTLEMENTS, EARNED_BY_NOW, SETTLED_SO_FAR),
        Pair("payouts", _("Paid out"), PAYOUTS, LEDGER, PAID_OUT,
             _ledger("payout", "payable", "-", "AND t.reference NOT LIKE '%%:back'")),
        Pair("returns", _("Payouts that came back"), PAYOUTS, LEDGER, CAME_BACK,
             _ledger("payout", "payable", "", "AND t.reference LIKE '%%:back'")),
    ]
}  # fmt: skip
