"""What an order has earned by now, to the cent, by line and for shipping: pure arithmetic on its rows.

The shopper's money less refunds, what the platform adds to it, and the commission on goods. A share that was given
back to the shopper takes its share of the platform's subsidy with it, and bears no commission.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from chengfeng.money import ZERO, allocate, minor_unit, round_money

from ..moves import CancelReason, OrderState

if TYPE_CHECKING:
    from ..models import Order, OrderLine


@dataclass(frozen=True, slots=True)
class Goods:
    """What a line earned: paid for it less refunds, the platform's part of its discount, the commission on both."""

    goods: Decimal = ZERO
    subsidy: Decimal = ZERO
    commission: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        return self.goods + self.subsidy - self.commission

    def __sub__(self, other: "Goods") -> "Goods":
        return Goods(
            self.goods - other.goods, self.subsidy - other.subsidy, self.commission - other.commission
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Earned:
    """What an order earned: its lines in their order, and what comes besides goods, free of commission."""

    lines: tuple[Goods, ...]
    shipping: Decimal = ZERO
    shipping_subsidy: Decimal = ZERO
    tax: Decimal = ZERO

    @property
    def goods(self) -> Decimal:
        return sum((line.goods for line in self.lines), ZERO)

    @property
    def subsidy(self) -> Decimal:
        return sum((line.subsidy for line in self.lines), ZERO)

    @property
    def commission(self) -> Decimal:
        return sum((line.commission for line in self.lines), ZERO)

    @property
    def paid(self) -> Decimal:
        """What the shopper paid and did not get back."""
        return self.goods + self.shipping + self.tax

    @property
    def given(self) -> Decimal:
        """What the platform adds."""
        return self.subsidy + self.shipping_subsidy

    @property
    def net(self) -> Decimal:
        """What is due to the merchant."""
        return self.paid + self.given - self.commission

    def __sub__(self, other: "Earned") -> "Earned":
        """Return what it earned more than `other`, which has the same lines."""
        return Earned(
            tuple(ours - theirs for ours, theirs in zip(self.lines, other.lines, strict=True)),
            self.shipping - other.shipping, self.shipping_subsidy - other.shipping_subsidy, self.tax - other.tax,
        )  # fmt: skip


def earned(order: "Order", lines: Sequence["OrderLine"]) -> Earned:
    """Return what an order with these lines has earned by now: a sale, a deposit kept, or nothing where cancelled."""
    if order.state != OrderState.CANCELLED:
        return _sale(order, lines)
    if order.cancel_reason == CancelReason.BALANCE_UNPAID and order.deposit_at:
        return _deposit(order, lines)
    return Earned(tuple(Goods() for _ in lines))


def _sale(order: "Order", lines: Sequence["OrderLine"]) -> Earned:
    back = order.refunded - sum((line.refunded for line in lines), ZERO)
    back_of_shipping = min(back, order.shipping)
    subsidy = _kept(order.shipping_subsidy, order.shipping + order.tax, back, order.currency)
    return Earned(
        tuple(_goods(line, order.currency) for line in lines),
        shipping=order.shipping - back_of_shipping,
        shipping_subsidy=ZERO if order.total and order.refunded == order.total else subsidy,
        tax=order.tax - (back - back_of_shipping),
    )


def _goods(line: "OrderLine", currency: str) -> Goods:
    if line.total:
        subsidy = _kept(line.subsidy, line.total, line.refunded, currency)
    else:
        subsidy = _kept(line.subsidy, line.quantity, line.returned, currency)
    return _with_commission(line.total - line.refunded, subsidy, line, currency)


def _kept(subsidy: Decimal, whole: Decimal | int, back: Decimal | int, currency: str) -> Decimal:
    """Return the part of a subsidy that stays when `back` of the `whole` was given back; all of it where whole is 0."""
    return round_money(subsidy * (whole - back) / whole, currency) if whole else subsidy


def _with_commission(goods: Decimal, subsidy: Decimal, line: "OrderLine", currency: str) -> Goods:
    return Goods(goods, subsidy, round_money((goods + subsidy) * line.commission_rate, currency))


def _deposit(order: "Order", lines: Sequence["OrderLine"]) -> Earned:
    """Return a deposit that the shopper forfeited, spread over the lines by what they cost."""
    kept = max(order.deposit - order.refunded, ZERO)
    parts = allocate(kept, [line.total for line in lines], unit=minor_unit(order.currency))
    return Earned(
        tuple(_with_commission(part, ZERO, line, order.currency) for part, line in zip(parts, lines, strict=True))
    )
