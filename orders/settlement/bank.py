"""Bank accounts for payouts: a merchant has one at a time, and a new one is paid to only after a day.

Until then nothing is paid out, to the former account neither: it may be closed or be the reason for the change. So
whoever changed it without being allowed to gains nothing, and those who manage it are told in time to change it back.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from chengfeng import outbox
from shops.models import Merchant
from shops.people.audit import record
from shops.tenancy import Access, own

from . import payable
from .models import BankAccount


def of(merchant: Merchant) -> BankAccount | None:
    """Return the merchant's bank account, whether it can be paid to already or still waits."""
    return own(BankAccount, merchant).filter(replaced_at=None).first()


@transaction.atomic
def change(access: Access, *, holder: str, bank: str, number: str, at: datetime) -> BankAccount:
    """Put another account in the place of the merchant's; the same details again change nothing."""
    payable.hold_still([access.merchant.pk])
    known = of(access.merchant)
    if known and (known.holder, known.bank, known.number) == (holder, bank, number):
        return known
    own(BankAccount, access.merchant).filter(replaced_at=None).update(replaced_at=at)
    made = BankAccount.objects.create(
        merchant=access.merchant, holder=holder, bank=bank, number=number, added_by=access.user, added_at=at,
        usable_at=at + settings.BANK_ACCOUNT_WAITS,
    )  # fmt: skip
    told = {"merchant": access.merchant.code, "bank_account": made.code}
    outbox.publish("settlement.bank_account", key=made.code, payload=told, at=at)
    record(access, "settlement.bank_account", target=made.code, at=at, bank=bank, number=made.masked)
    return made
