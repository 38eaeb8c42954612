"""The double-entry, append-only ledger: every movement of money in the system is posted here, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db import IntegrityError, transaction
from django.db.models import Q, Sum

from . import sql
from .codes import new_code
from .models import Account, Entry, Transfer
from .money import ZERO

GUARDED = {Account.Kind.WALLET, Account.Kind.FROZEN, Account.Kind.GRANT}


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


known: dict[tuple[str, str, str], Account] = {}  # those without a running balance, as they were seen committed


def account(kind: Account.Kind, *, owner: str = "", currency: str) -> Account:
    """Return the account of that kind, owner (a merchant's code, or empty) and currency, opening it if needed."""
    return accounts((kind, owner), currency=currency)[0]


def accounts(*wanted: tuple[Account.Kind, str], currency: str) -> list[Account]:
    """Return the accounts of those kinds and owners, in their order, opening those that are needed.

    A process asks the database for a guarded account every time, for another once; for all of them by one query.
    """
    unknown = [name for name in wanted if (*name, currency) not in known]
    fresh = _look_up(unknown, currency) if unknown else {}
    return [fresh.get(name) or known[*name, currency] for name in wanted]


def _look_up(names: Sequence[tuple[Account.Kind, str]], currency: str) -> dict[tuple[str, str], Account]:
    """Return accounts by kind and owner, and know those without a running balance once they are committed."""
    named = reduce(or_, (Q(kind=kind, owner=owner) for kind, owner in names))
    found = {(one.kind, one.owner): one for one in Account.objects.filter(named, currency=currency)}
    found |= {name: _open(*name, currency) for name in names if name not in found}
    lasting = {(*name, currency): one for name, one in found.items() if one.balance is None}
    transaction.on_commit(lambda: known.update(lasting))
    return found


def _open(kind: Account.Kind, owner: str, currency: str) -> Account:
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


def post_many(postings: Sequence[Posting], *, is_covered: bool = False) -> list[Transfer]:
    """Post several transfers in one statement, all or none; see `post`.

    Too little in a wallet leaves the caller's transaction usable; another IntegrityError may end it. Who has locked
    the accounts and looked says `is_covered`: nothing is prepared then for the case that there is too little.
    """
    may_lack = not is_covered and any(account.kind in GUARDED for p in postings for account in p.entries)
    try:
        with transaction.atomic(savepoint=may_lack):
            fresh = _insert(postings)
    except IntegrityError as error:
        if "account_not_overdrawn" in str(error):
            raise InsufficientFunds from error
        raise
    return [fresh.get(posting.reference) or _repeated(posting) for posting in postings]


def posting(postings: Sequence[Posting]) -> sql.Step:
    """Return the step that posts several transfers between accounts that are not guarded; see `post`."""

    def heed(fresh: Sequence[str] | None) -> None:
        for each in postings:
            if each.reference not in (fresh or ()):
                _repeated(each)

    return sql.Step(POST, _params(postings), heed)


def _insert(postings: Sequence[Posting]) -> dict[str, Transfer]:
    """Insert the postings whose reference is new; return their transfers by reference."""
    return {transfer.reference: transfer for transfer in sql.instances(Transfer, INSERT, _params(postings))}


def _params(postings: Sequence[Posting]) -> dict[str, list]:
    entries = [(p.reference, a.pk, a.currency, amount) for p in postings for a, amount in p.entries.items()]
    return {
        "codes": [new_code("trf") for _ in postings],
        "kinds": [posting.kind for posting in postings],
        "references": [posting.reference for posting in postings],
        "ats": [posting.at for posting in postings],
        "of": [reference for reference, *_ in entries],
        "accounts": [account for _, account, *_ in entries],
        "currencies": [currency for *_, currency, _ in entries],
        "amounts": [amount for *_, amount in entries],
    }


POST = sql.Part(
    """
fresh# AS (
    INSERT INTO chengfeng_transfer (code, kind, reference, at, recorded_at)
    SELECT code, kind, reference, at, statement_timestamp() FROM unnest(
        %(codes#)s::text[], %(kinds#)s::text[], %(references#)s::text[], %(ats#)s::timestamptz[]
    ) AS w (code, kind, reference, at)
    ON CONFLICT (reference) DO NOTHING RETURNING *
), posted# AS (
    INSERT INTO chengfeng_entry (transfer_id, account_id, currency, amount)
    SELECT fresh#.id, e.account_id, e.currency, e.amount FROM unnest(
        %(of#)s::text[], %(accounts#)s::bigint[], %(currencies#)s::text[], %(amounts#)s::numeric[]
    ) AS e (reference, account_id, currency, amount) JOIN fresh# USING (reference)
)""",
    "(SELECT array_agg(reference) FROM fresh#)",
)
INSERT = f"WITH {POST.queries} SELECT * FROM fresh#".replace("#", "")


def _repeated(posting: Posting) -> Transfer:
    """Return the transfer already posted under this reference, if it is the same movement."""
    transfer = Transfer.objects.get(reference=posting.reference)
    stored = dict(transfer.entries.values_list("account_id", "amount"))
    if stored != {account.pk: amount for account, amount in posting.entries.items()}:
        raise ReferenceTaken(posting.reference)
    return transfer
