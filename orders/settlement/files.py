"""Statements as files, CSV or XLSX, streamed."""

import json
from collections.abc import Iterator

from django.utils.translation import gettext as _

from chengfeng import sheets
from chengfeng.money import minor_unit
from shops.models import Merchant

from .models import Payout, Settlement, Statement
from .statements import Current

ROWS = """
SELECT to_char(at AT TIME ZONE %(zone)s, 'YYYY-MM-DD HH24:MI:SS') AS at,
    %(labels)s::jsonb ->> kind AS kind, "order",
    CASE WHEN reference ~ '^[=+@\t\r-]' THEN '''' || reference ELSE reference END AS reference, code,
    round(goods, %(digits)s) AS goods, round(subsidy, %(digits)s) AS subsidy, round(shipping, %(digits)s) AS shipping,
    round(shipping_subsidy, %(digits)s) AS shipping_subsidy, round(tax, %(digits)s) AS tax,
    round(commission, %(digits)s) AS commission, round(net, %(digits)s) AS net, transfer
FROM (
    SELECT s.settled_at AS at, s.number, s.kind, o.code AS "order", c.external_reference AS reference, s.code, s.goods,
        s.subsidy, s.shipping, s.shipping_subsidy, s.tax, -s.commission AS commission, s.net, t.code AS transfer
    FROM orders_settlement s JOIN orders_order o ON o.id = s.order_id JOIN orders_checkout c ON c.id = o.checkout_id
    LEFT JOIN chengfeng_transfer t ON t.id = s.transfer_id
    WHERE s.merchant_id = %(merchant)s AND s.currency = %(currency)s AND s.{which}
    UNION ALL
    SELECT p.sent_at, 0, 'payout', '', '', p.code, 0, 0, 0, 0, 0, 0, -p.amount, t.code
    FROM orders_payout p JOIN chengfeng_transfer t ON t.id = p.transfer_id
    WHERE p.merchant_id = %(merchant)s AND p.currency = %(currency)s AND p.{which}
    UNION ALL
    SELECT r.returned_at, 0, 'returned', '', '', p.code, 0, 0, 0, 0, 0, 0, p.amount, t.code
    FROM orders_payoutreturn r JOIN orders_payout p ON p.id = r.payout_id
    JOIN chengfeng_transfer t ON t.id = r.transfer_id
    WHERE r.merchant_id = %(merchant)s AND p.currency = %(currency)s AND r.{which}
) rows ORDER BY rows.at, "order", number, code
"""


def headings() -> list[str]:
    """Return the names of the columns in the reader's language."""
    return [
        _("Time"), _("Kind"), _("Order"), _("Your reference"), _("Code"), _("Goods"), _("Platform discount"),
        _("Shipping"), _("Platform shipping"), _("Tax and fees"), _("Commission"), _("Due to you"),
        _("Ledger transfer"),
    ]  # fmt: skip


def csv(statement: Statement | Current) -> Iterator[bytes]:
    """Yield the lines of a statement as CSV."""
    return sheets.csv(*_query(statement), headings=headings())


def xlsx(statement: Statement | Current) -> Iterator[bytes]:
    """Yield the lines of a statement as an Excel file."""
    return sheets.xlsx(*_query(statement), headings=headings())


def _query(statement: Statement | Current) -> tuple[str, dict]:
    merchant: Merchant = statement.merchant
    labels = {kind.value: str(kind.label) for kind in Settlement.Kind}
    params = {
        "merchant": merchant.pk, "currency": statement.currency, "zone": merchant.time_zone,
        "digits": -int(minor_unit(statement.currency).as_tuple().exponent), "statement": getattr(statement, "pk", None),
        "labels": json.dumps(labels | {"payout": _("Payout"), "returned": Payout.State.RETURNED.label}, default=str),
    }  # fmt: skip
    which = "statement_id = %(statement)s" if params["statement"] else "statement_id IS NULL"
    return ROWS.format(which=which), params
