"""The double-entry, append-only ledger: every movement of money in the system is posted here, once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Sum

from .models import Account, Entry, Transfer
from .money import ZERO

GUARDED = {Account.Kind.WALLET}


class InsufficientFunds(Exception):
    """A guarded account would have fallen below zero; nothing was posted."""


class ReferenceTaken(Exception):
    """The reference stands for another movement already."""


@dataclass(frozen=True, slots=True)
class Posting:
    """A movement to post: `entries` maps accounts to signed amounts that sum to zero per currency."""

    kind: str
    reference: str
    at: datetime
    entries: Mapping[Account, Decimal]


def account(kind: Account.Kind, *, owner: str = "", currency: str) -> Account:
    """Return the account of that kind, owner (a merchant's code, or empty) and currency, opening it if needed."""
    opening = ZERO if kind in GUARDED else None
    return Account.objects.get_or_create(kind=kind, owner=owner, currency=currency, defaults={"balance": opening})[0]


def balance(account: Account) -> Decimal:
    """Return what stands on the account now, from its running balance or, where it has none, its entries."""
    kept = Account.objects.values_list("balance", flat=True).get(pk=account.pk)
    if kept is not None:
        return kept
    return Entry.objects.filter(account=account).aggregate(sum=Sum("amount"))["sum"] or ZERO


def post(*, kind: str, reference: str, at: datetime, entries: Mapping[Account, Decimal]) -> Transfer:
    """Post one transfer and return it; posting the same again returns the first.

    Raises InsufficientFunds when a wallet would fall below zero, ReferenceTaken when the reference already stands
    for other entries, IntegrityError when the entries do not balance.
    """
    return post_many([Posting(kind, reference, at, entries)])[0]


def post_many(postings: Sequence[Posting]) -> list[Transfer]:
    """Post several transfers in one go, all or none; see `post`."""
    try:
        with transaction.atomic():
            fresh = _insert(postings)
    except IntegrityError as error:
        if "account_not_overdrawn" in str(error):
            raise InsufficientFunds from error
        raise
    return [fresh.get(posting.reference) or _repeated(posting) for posting in postings]


def _insert(postings: Sequence[Posting]) -> dict[str, Transfer]:
    """Insert the postings whose reference is new; return their transfers by reference."""
    wanted = [Transfer(kind=p.kind, reference=p.reference, at=p.at) for p in postings]
    codes = {transfer.reference: transfer.code for transfer in wanted}
    Transfer.objects.bulk_create(wanted, ignore_conflicts=True)
    stored = Transfer.objects.filter(reference__in=codes)
    fresh = {transfer.reference: transfer for transfer in stored if transfer.code == codes[transfer.reference]}
    Entry.objects.bulk_create(_entries(postings, fresh))
    return fresh


def _entries(postings: Iterable[Posting], transfers: Mapping[str, Transfer]) -> Iterable[Entry]:
    for posting in postings:
        transfer = transfers.get(posting.reference)
        for account, amount in posting.entries.items() if transfer else ():
            yield Entry(transfer=transfer, account=account, currency=account.currency, amount=amount)


def _repeated(posting: Posting) -> Transfer:
    """Return the transfer already posted under this reference, if it is the same movement."""
    transfer = Transfer.objects.get(reference=posting.reference)
    stored = dict(transfer.entries.values_list("account_id", "amount"))
    if stored != {account.pk: amount for account, amount in posting.entries.items()}:
        raise ReferenceTaken(posting.reference)
    return transfer
