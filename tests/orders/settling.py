"""Orders that arrived, and merchants with money due, for tests of settlement."""

from datetime import timedelta
from decimal import Decimal

from chengfeng import ledger
from chengfeng.models import Account
from orders import refunds
from orders.fulfilment import deliver, ship
from orders.models import BankAccount, Order, OrderLine
from orders.refunds import Wish
from orders.settlement import settling
from tests.factories import AT

from .conftest import paid

DUE = AT + timedelta(days=7)


def delivered(*lines, rate="0.05", at=AT, **details) -> Order:
    """An order bought, paid, shipped and delivered at one merchant, its goods bearing that commission."""
    order = paid(*lines, **details)
    OrderLine.objects.filter(order=order).update(commission_rate=Decimal(rate))
    ship(order, at=at)
    deliver(order, at=at)
    return order


def settled(*lines, **details) -> Order:
    """An order that was settled when it was due."""
    order = delivered(*lines, **details)
    settling.settle_due(at=DUE)
    order.refresh_from_db()
    return order


def give_back(order, amount: str, *, shipping: str = "0", at=DUE) -> None:
    """Refund an amount of the order's first line, and of its shipping."""
    wishes = [Wish(order.lines.order_by("pk").first().code, 0, Decimal(amount))] if Decimal(amount) else []
    for refund in refunds.request(order, wishes=wishes, shipping=Decimal(shipping), at=at):
        refunds.carry_out(refund, at=at)


def balances(merchant) -> dict[str, Decimal]:
    """What stands on the accounts that settlement moves: the merchant's and the platform's."""
    return {
        kind.value: ledger.balance(ledger.account(kind, owner=owner, currency=merchant.currency))
        for kind, owner in [
            (Account.Kind.SALES, merchant.code),
            (Account.Kind.PAYABLE, merchant.code),
            (Account.Kind.COMMISSION, ""),
            (Account.Kind.SUBSIDY, ""),
        ]
    }


def bank_account(merchant, number="6222000011118888", *, at=AT, **fields) -> BankAccount:
    """A bank account that can be paid to at once."""
    return BankAccount.objects.create(
        merchant=merchant, holder="Alice", bank="Bank", number=number, added_at=at, **{"usable_at": at, **fields}
    )
