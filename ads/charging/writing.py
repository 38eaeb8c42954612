"""Writes what a batch spent: onto the rows that count, into the ledger, and as charges."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from chengfeng import ledger, sql
from chengfeng.ledger import Posting
from chengfeng.models import Account
from chengfeng.money import ZERO

from ..models import Charge
from ..tokens import AdToken
from .pricing import CHARGED
from .purses import Limit, Payment, Purse


class Paid(NamedTuple):
    """A served ad that is paid for, and what each account pays."""

    token: AdToken
    purse: Purse
    payment: Payment


def spend(purses: Iterable[Purse]) -> None:
    """Add to what days, totals and accounts have spent, in one statement; their rows are locked already."""
    purses = list(purses)
    days = _added(purse.of_day for purse in purses)
    totals = _added(purse.of_total for purse in purses)
    accounts = _added(purse.of_account for purse in purses)
    params = _columns("day", days) | _columns("total", totals) | _columns("account", accounts)
    if sql.row(SPEND, params) != (len(days), len(totals), len(accounts)):
        raise RuntimeError("a budget was spent behind its lock")


def _added(limits: Iterable[Limit | None]) -> list[Limit]:
    """Return the limits to which something was added, each once."""
    return list({id(limit): limit for limit in limits if limit and limit.added}.values())


def _columns(name: str, limits: Sequence[Limit]) -> dict[str, list]:
    return {
        f"{name}s": [limit.pk for limit in limits],
        f"{name}_amounts": [limit.added for limit in limits],
        f"{name}_budgets": [limit.budget for limit in limits],
    }


SPEND = """
WITH days AS (
    UPDATE ads_campaignday d SET spent = d.spent + p.amount
    FROM unnest(%(days)s::bigint[], %(day_amounts)s::numeric[], %(day_budgets)s::numeric[]) p (id, amount, budget)
    WHERE d.id = p.id AND d.spent + p.amount <= d.budget RETURNING 1
), totals AS (
    UPDATE ads_campaigntotal t SET spent = t.spent + p.amount, budget = p.budget
    FROM unnest(%(totals)s::bigint[], %(total_amounts)s::numeric[], %(total_budgets)s::numeric[]) p (id, amount, budget)
    WHERE t.id = p.id RETURNING 1
), accounts AS (
    UPDATE ads_accountday a SET spent = a.spent + p.amount, budget = p.budget
    FROM unnest(%(accounts)s::bigint[], %(account_amounts)s::numeric[], %(account_budgets)s::numeric[])
        p (id, amount, budget)
    WHERE a.id = p.id RETURNING 1
)
SELECT (SELECT count(*) FROM days), (SELECT count(*) FROM totals), (SELECT count(*) FROM accounts)
"""


def post(paid: Sequence[Paid], at: datetime) -> None:
    """Write a charge for each that is paid for; those of a campaign that one account pays share a transfer."""
    shares = _shares(paid)
    revenue = {
        currency: ledger.account(Account.Kind.AD_REVENUE, currency=currency)
        for currency in {account.currency for one in paid for account, _ in one.payment}
    }
    transfers = ledger.post_many([_posting(share, revenue, at) for share in shares], is_covered=True)
    Charge.objects.bulk_create(
        Charge(
            merchant_id=one.token.merchant_id, campaign_id=one.token.campaign_id, transfer=transfer, at=at,
            event_day=one.token.decided_at.date(), token=one.token.token, kind=CHARGED[one.token.pricing],
            day=one.purse.day, bid=one.token.bid, amount=one.token.price, granted=_granted(one.payment),
        )
        for share, transfer in zip(shares, transfers, strict=True)
        for one in share
    )  # fmt: skip


def _shares(paid: Sequence[Paid]) -> list[list[Paid]]:
    """Return what shares a transfer; whom several accounts pay for is alone, so that its parts can be told later."""
    shares: dict[tuple, list[Paid]] = {}
    for one in paid:
        first, *others = (account.pk for account, _ in one.payment)
        shares.setdefault((one.token.campaign_id, first, one.token.token if others else None), []).append(one)
    return list(shares.values())


def _posting(share: Sequence[Paid], revenue: dict[str, Account], at: datetime) -> Posting:
    """Return the movement of a share, named for its first charge, which no other can begin with."""
    account = share[0].payment[0][0]
    entries = {account: -part for account, part in share[0].payment}
    entries[account] -= sum((one.token.price for one in share[1:]), ZERO)
    whole = sum((one.token.price for one in share), ZERO)
    return Posting("charge", f"charge:{share[0].token.token}", at, entries | {revenue[account.currency]: whole})


def _granted(payment: Payment) -> Decimal:
    return sum((part for account, part in payment if account.kind == Account.Kind.GRANT), ZERO)
