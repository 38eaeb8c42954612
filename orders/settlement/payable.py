"""What is due to merchants: their accounts, and the lock under which it only falls by one hand at a time."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from django.db.models import Sum

from chengfeng import sql
from chengfeng.models import Account, Entry
from shops.models import Merchant

LOCK_CLASS = 0x706179  # "pay": one advisory lock per merchant


def hold_still(merchants: Collection[int]) -> None:
    """Keep what is due to the merchants (pk) from being taken by others until the transaction ends.

    Claw-backs, approvals of payouts and closings of statements take it, after the rows they work on and before the
    ledger; several merchants in the order of their pk.
    """
    for merchant in sorted(merchants):
        sql.hold(LOCK_CLASS, merchant)


def due(merchants: Collection[Merchant], *, currency: str) -> Mapping[str, Decimal]:
    """Return what the ledger says is due to each merchant (by code) in that currency; nothing where it is silent."""
    entries = Entry.objects.filter(
        account__kind=Account.Kind.PAYABLE, account__currency=currency,
        account__owner__in=[merchant.code for merchant in merchants],
    )  # fmt: skip
    return dict(entries.values_list("account__owner").annotate(Sum("amount")).order_by())
