"""What stands in a merchant's wallet: cash, frozen cash, and what is left of its grants."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from chengfeng import ledger, sql
from chengfeng.models import Account
from shops.models import Merchant


def account(merchant: Merchant) -> Account:
    """Return the account of the merchant's cash, opening it if needed."""
    return ledger.account(Account.Kind.WALLET, owner=merchant.code, currency=merchant.currency)


def frozen(merchant: Merchant) -> Account:
    """Return the account of the merchant's frozen cash, opening it if needed."""
    return ledger.account(Account.Kind.FROZEN, owner=merchant.code, currency=merchant.currency)


def balance(merchant: Merchant) -> Decimal:
    """Return the cash that the merchant can still spend on ads, now."""
    return ledger.balance(account(merchant))


@dataclass(frozen=True, slots=True)
class Standing:
    """What a wallet holds: cash, what is left of live grants whatever they are for, and cash that is frozen."""

    cash: Decimal
    grants: Decimal
    frozen: Decimal

    @property
    def spendable(self) -> Decimal:
        return self.cash + self.grants


def standing(merchant: Merchant, *, at: datetime) -> Standing:
    """Return what the merchant's wallet holds; grants that have not begun or are over do not count."""
    params = {"code": merchant.code, "merchant": merchant.pk, "currency": merchant.currency, "at": at}
    return Standing(*sql.row(STANDING, params))


LIVE = "g.expired_at IS NULL AND g.starts_at <= %(at)s AND g.expires_at > %(at)s"
STANDING = f"""
SELECT
    coalesce((SELECT balance FROM chengfeng_account
        WHERE kind = 'wallet' AND owner = %(code)s AND currency = %(currency)s), 0),
    coalesce((SELECT sum(a.balance) FROM ads_grant g
        JOIN chengfeng_account a ON a.kind = 'grant' AND a.owner = g.code AND a.currency = g.currency
        WHERE g.merchant_id = %(merchant)s AND g.currency = %(currency)s AND {LIVE}), 0),
    coalesce((SELECT balance FROM chengfeng_account
        WHERE kind = 'frozen' AND owner = %(code)s AND currency = %(currency)s), 0)
"""


def spendable(campaigns: Sequence[int], *, at: datetime | None = None) -> dict[int, Decimal]:
    """Return by campaign the cash and the live grants that it may spend, which siblings share; in one statement.

    Without `at` it is now by the database's clock. Campaigns that do not exist are left out.
    """
    return dict(sql.rows(SPENDABLE, {"campaigns": list(campaigns), "at": at}))


SPENDABLE = """
WITH moment AS (SELECT coalesce(%(at)s::timestamptz, statement_timestamp()) AS at), live AS MATERIALIZED (
    SELECT g.merchant_id, g.campaign_id, g.objective, g.currency, sum(a.balance) AS rest
    FROM moment, ads_grant g
    JOIN chengfeng_account a ON a.kind = 'grant' AND a.owner = g.code AND a.currency = g.currency
    WHERE g.expired_at IS NULL AND g.starts_at <= moment.at AND g.expires_at > moment.at GROUP BY 1, 2, 3, 4
)
SELECT c.id, coalesce(max(w.balance), 0) + coalesce(sum(live.rest), 0)
FROM ads_campaign c JOIN shops_merchant m ON m.id = c.merchant_id
LEFT JOIN chengfeng_account w ON w.kind = 'wallet' AND w.owner = m.code AND w.currency = m.currency
LEFT JOIN live ON live.merchant_id = c.merchant_id AND live.currency = m.currency
    AND (live.campaign_id IS NULL OR live.campaign_id = c.id) AND live.objective IN ('', c.objective)
WHERE c.id = ANY(%(campaigns)s::bigint[]) GROUP BY c.id
"""
