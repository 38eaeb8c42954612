"""What may still be spent, in memory: budgets with what a batch adds to them, and the pots that pay."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chengfeng.models import Account
from chengfeng.money import ZERO

from ..validity import Reason

Payment = list[tuple[Account, Decimal]]


@dataclass(slots=True)
class Limit:
    """A row that counts spending: what it allows (None: anything), what it holds, and what this batch adds."""

    pk: int
    budget: Decimal | None
    spent: Decimal
    added: Decimal = ZERO

    def bears(self, price: Decimal) -> bool:
        return self.budget is None or self.spent + self.added + price <= self.budget


@dataclass(slots=True)
class Pot:
    """Money that can pay: a wallet's cash, or what is left of a grant and what it is meant for."""

    account: Account
    left: Decimal
    campaign: int | None = None
    objective: str = ""

    def fits(self, campaign: int, objective: str) -> bool:
        return self.campaign in (None, campaign) and self.objective in ("", objective)


@dataclass(slots=True)
class Purse:
    """What one campaign may spend: its budgets, and its pots in the order in which they pay.

    Siblings share pots and the account's day, so that a batch counts them together.
    """

    day: date
    of_day: Limit
    of_total: Limit | None
    of_account: Limit | None
    pots: list[Pot]

    def refuses(self, price: Decimal) -> str:
        """Return why a price cannot be paid in full, or an empty text."""
        if not self.of_day.bears(price):
            return Reason.NO_BUDGET
        if self.of_total and not self.of_total.bears(price):
            return Reason.NO_TOTAL_BUDGET
        if self.of_account and not self.of_account.bears(price):
            return Reason.NO_ACCOUNT_BUDGET
        if sum((pot.left for pot in self.pots), ZERO) < price:
            return Reason.NO_BALANCE
        return ""

    def pay(self, price: Decimal) -> Payment:
        """Take a price that was not refused out of the pots; return what each account pays."""
        for limit in filter(None, (self.of_day, self.of_total, self.of_account)):
            limit.added += price
        payment, due = [], price
        for pot in self.pots:
            part = min(pot.left, due)
            if part:
                pot.left -= part
                due -= part
                payment.append((pot.account, part))
        return payment
