"""Where the demo's shops are paid: a bank account each."""

from datetime import datetime
from random import Random

from orders.settlement import bank
from shops.models import Merchant
from shops.tenancy import Access

BANKS = {
    "CNY": ("招商银行", "中国工商银行", "中国建设银行", "中国银行", "中国农业银行", "交通银行"),
    "EUR": ("Berliner Sparkasse",),
    "USD": ("Hudson River Savings Bank",),
}
ABROAD = {"EUR": "GmbH", "USD": "LLC"}
CLOSED = "0002"  # how the number of an account ends that the sandbox's bank knows no more
WITH_A_CLOSED_ACCOUNT = "maixiang-bakery"


def open_account(access: Access, *, at: datetime) -> None:
    """Enter the account of a shop; one shop has entered an account that was closed long ago."""
    number = _number(access.merchant.slug)
    if access.merchant.slug == WITH_A_CLOSED_ACCOUNT:
        number = number[:-4] + CLOSED
    _enter(access, number, at=at)


def correct_account(access: Access, *, at: datetime) -> None:
    """Enter the right account, after money came back."""
    _enter(access, _number(access.merchant.slug), at=at)


def _enter(access: Access, number: str, *, at: datetime) -> None:
    merchant = access.merchant
    banks = BANKS[merchant.currency]
    chosen = banks[merchant.pk % len(banks)]
    bank.change(access, holder=_holder(merchant), bank=chosen, number=number, at=at)


def _holder(merchant: Merchant) -> str:
    suffix = ABROAD.get(merchant.currency)
    return f"{merchant.name_en} {suffix}" if suffix else f"{merchant.name}（{merchant.city}）贸易有限公司"


def _number(slug: str) -> str:
    """Return an account number that the sandbox treats like any other."""
    return f"6225{Random(slug).randrange(10**11):011}88{Random(slug).randrange(10):1}6"
