"""Giving charges back: when an event is found invalid later, the money returns to where it came from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from chengfeng import ledger
from chengfeng.ledger import Posting
from chengfeng.models import Account, Entry
from chengfeng.money import ZERO

from ..models import Charge, CreditNote, Grant

Parts = list[tuple[Account, Decimal]]


@transaction.atomic
def give_back(reasons: Mapping[Charge, str], *, at: datetime) -> list[CreditNote]:
    """Give charges back in full, each for its reason; return the credit notes. One given back before is left out.

    Each part returns to the cash or grant that paid it. The part of a grant that has expired lapses: it returns to
    the platform, which gave it. The day's budget stays spent, for that day is over for the auction.
    Locks: the charges, then ledger accounts, each by pk: call it once for all that a transaction gives back.
    """
    owed = _lock([charge.pk for charge in reasons])
    if not owed:
        return []
    parts = _parts(owed)
    lapsed = _lock_and_find_lapsed([account for paid in parts.values() for account, _ in paid], at)
    postings = [_posting(charge, parts[charge.pk], lapsed, at) for charge in owed]
    transfers = ledger.post_many(postings)
    notes = [
        CreditNote(
            merchant_id=charge.merchant_id, charge=charge, amount=charge.amount, reason=reasons[charge],
            transfer=transfer, at=at,
        )
        for charge, transfer in zip(owed, transfers, strict=True)
    ]  # fmt: skip
    return CreditNote.objects.bulk_create(notes)


def _lock(charges: Sequence[int]) -> list[Charge]:
    """Lock charges; return those without a credit note, as seen once the locks are held."""
    locked = Charge.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=charges).order_by("pk")
    locked = list(locked)
    noted = set(CreditNote.objects.filter(charge__in=charges).values_list("charge_id", flat=True))
    return [charge for charge in locked if charge.pk not in noted]


def _parts(charges: Sequence[Charge]) -> Mapping[int, Parts]:
    """Return by charge which account paid how much of it; only one that has its transfer alone is paid by several."""
    paid = defaultdict(list)
    entries = Entry.objects.filter(transfer__in=[charge.transfer_id for charge in charges], amount__lt=0)
    for entry in entries.select_related("account").order_by("pk"):
        paid[entry.transfer_id].append((entry.account, -entry.amount))
    return {charge.pk: _parts_of(charge, paid[charge.transfer_id]) for charge in charges}


def _parts_of(charge: Charge, paid: Parts) -> Parts:
    return paid if len(paid) > 1 else [(paid[0][0], charge.amount)]


def _lock_and_find_lapsed(accounts: Iterable[Account], at: datetime) -> set[int]:
    """Lock the accounts that paid; return those of grants that are over."""
    pks = {account.pk for account in accounts}
    locked = Account.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=pks).order_by("pk")
    grants = {account.owner: account.pk for account in locked if account.kind == Account.Kind.GRANT}
    over = Grant.objects.filter(Q(expired_at__isnull=False) | Q(expires_at__lte=at), code__in=grants)
    return {grants[code] for code in over.values_list("code", flat=True)}


def _posting(charge: Charge, parts: Parts, lapsed: set[int], at: datetime) -> Posting:
    currency = parts[0][0].currency
    revenue, given = ledger.accounts((Account.Kind.AD_REVENUE, ""), (Account.Kind.GIVEN, ""), currency=currency)
    entries = {revenue: -charge.amount}
    for account, part in parts:
        target = given if account.pk in lapsed else account
        entries[target] = entries.get(target, ZERO) + part
    return Posting("credit_note", f"credit_note:{charge.token}", at, entries)
