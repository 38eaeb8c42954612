"""The ledger: what balances is posted once, and the database refuses the rest."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from chengfeng import ledger
from chengfeng.models import Account, Entry, Transfer
from tests.factories import AT, fund

pytestmark = pytest.mark.django_db


def accounts():
    return (
        ledger.account(Account.Kind.WALLET, owner="mch_1", currency="CNY"),
        ledger.account(Account.Kind.AD_REVENUE, currency="CNY"),
    )


def charge(wallet, revenue, amount, reference="charge:1"):
    entries = {wallet: -Decimal(amount), revenue: Decimal(amount)}
    return ledger.post(kind="charge", reference=reference, at=AT, entries=entries)


def test_a_transfer_moves_the_balance(shop):
    wallet = fund(shop, "10")
    charge(wallet, accounts()[1], "2.5035")
    assert (ledger.balance(wallet), ledger.balance(accounts()[1])) == (Decimal("7.4965"), Decimal("2.5035"))


def test_the_same_again_is_the_first(shop):
    wallet = fund(shop, "10")
    assert charge(wallet, accounts()[1], "2") == charge(wallet, accounts()[1], "2")
    assert ledger.balance(wallet) == 8


def test_a_reference_stands_for_one_movement(shop):
    wallet = fund(shop, "10")
    charge(wallet, accounts()[1], "2")
    with pytest.raises(ledger.ReferenceTaken):
        charge(wallet, accounts()[1], "3")


def test_a_wallet_is_never_overdrawn(shop):
    wallet = fund(shop, "1")
    with pytest.raises(ledger.InsufficientFunds):
        charge(wallet, accounts()[1], "1.0001")
    assert ledger.balance(wallet) == 1
    assert not Transfer.objects.filter(reference="charge:1").exists()


def test_entries_sum_to_zero():
    wallet, revenue = accounts()
    with pytest.raises(IntegrityError, match="do not sum to zero"):
        ledger.post(kind="x", reference="x:1", at=AT, entries={wallet: Decimal(2), revenue: Decimal(-1)})


def test_currencies_do_not_mix():
    wallet, _ = accounts()
    dollars = ledger.account(Account.Kind.OUTSIDE, currency="USD")
    with pytest.raises(IntegrityError, match="do not sum to zero"):
        ledger.post(kind="x", reference="x:1", at=AT, entries={wallet: Decimal(1), dollars: Decimal(-1)})


def test_an_entry_has_the_currency_of_its_account(shop):
    transfer = Transfer.objects.filter(entries__account=fund(shop)).get()
    entries = [
        Entry(transfer=transfer, account=a, currency="USD", amount=x) for a, x in zip(accounts(), (1, -1), strict=True)
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.bulk_create(entries)


@pytest.mark.parametrize("change", [lambda q: q.update(amount=1), lambda q: q.delete()])
def test_entries_are_append_only(shop, change):
    wallet = fund(shop)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        change(Entry.objects.filter(account=wallet))


def test_a_balance_moves_by_entries_only(shop):
    wallet = fund(shop)
    with pytest.raises(IntegrityError, match="entries only"), transaction.atomic():
        Account.objects.filter(pk=wallet.pk).update(balance=0)
