"""Frozen money: an operator sets cash aside, with a reason, and lets it go again."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from chengfeng import ledger
from chengfeng.codes import new_code
from chengfeng.models import Transfer
from chengfeng.money import minor_unit
from shops.models import Merchant, User
from shops.people.audit import record
from shops.tenancy import Access

from .cash import account, frozen
from .topping_up import AmountRefused


class TooLittle(ValueError):
    """There is less cash, or less frozen money, than that."""


def freeze(
    merchant: Merchant, amount: Decimal, *, reason: str, by: User | None, at: datetime, code: str = ""
) -> Transfer:
    """Set cash of a merchant aside, where no ad spends it; the same code again has no new effect.

    Raises AmountRefused, TooLittle.
    """
    return _move("freeze", merchant, amount, reason=reason, by=by, at=at, code=code)


def unfreeze(
    merchant: Merchant, amount: Decimal, *, reason: str, by: User | None, at: datetime, code: str = ""
) -> Transfer:
    """Give frozen money back to the merchant's cash; see `freeze`."""
    return _move("unfreeze", merchant, amount, reason=reason, by=by, at=at, code=code)


@transaction.atomic
def _move(
    kind: str, merchant: Merchant, amount: Decimal, *, reason: str, by: User | None, at: datetime, code: str
) -> Transfer:
    if amount <= 0 or amount % minor_unit(merchant.currency):
        raise AmountRefused
    source, target = (account, frozen) if kind == "freeze" else (frozen, account)
    reference = f"{kind}:{code or new_code('frz')}"
    known = Transfer.objects.filter(reference=reference).first()
    try:
        entries = {source(merchant): -amount, target(merchant): amount}
        moved = ledger.post(kind=kind, reference=reference, at=at, entries=entries)
    except ledger.InsufficientFunds as error:
        raise TooLittle from error
    if known is None:
        access = Access(merchant, frozenset(), by)
        record(access, f"wallet.{kind}", target=moved.code, at=at, amount=str(amount), reason=reason)
    return moved
