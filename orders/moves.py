"""The states of an order, the table of moves allowed between them, and the one function that moves an order."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from chengfeng import sql

if TYPE_CHECKING:
    from shops.models import User

    from .models import Order


class OrderState(models.TextChoices):
    PLACED = "placed", _("Awaiting payment")
    DEPOSIT = "deposit", _("Deposit paid")
    PAID = "paid", _("Paid")
    PARTLY = "partly", _("Partly shipped")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")


class CancelReason(models.TextChoices):
    UNPAID = "unpaid", _("Not paid in time")
    BALANCE_UNPAID = "balance_unpaid", _("Balance not paid in time")
    SHOPPER = "shopper", _("By the shopper")
    MERCHANT = "merchant", _("By the merchant")
    UNAVAILABLE = "unavailable", _("Goods unavailable")
    REFUNDED = "refunded", _("Everything was refunded before it left")


GIVEN_BY_PEOPLE = (CancelReason.SHOPPER, CancelReason.MERCHANT, CancelReason.UNAVAILABLE)

MOVES: dict[OrderState | str, frozenset[OrderState]] = {
    "": frozenset({OrderState.PLACED}),
    OrderState.PLACED: frozenset({OrderState.DEPOSIT, OrderState.PAID, OrderState.CANCELLED}),
    OrderState.DEPOSIT: frozenset({OrderState.PAID, OrderState.CANCELLED}),
    OrderState.PAID: frozenset(
        {OrderState.PARTLY, OrderState.SHIPPED, OrderState.DELIVERED, OrderState.CANCELLED}
    ),  # what is verified at a store is delivered without being shipped
    OrderState.PARTLY: frozenset({OrderState.SHIPPED}),
    OrderState.SHIPPED: frozenset({OrderState.DELIVERED}),
    OrderState.DELIVERED: frozenset(),
    OrderState.CANCELLED: frozenset({OrderState.PAID}),  # its payment came late and the goods were still there
}
STAMPS = {
    OrderState.DEPOSIT: "deposit_at",
    OrderState.PARTLY: "first_shipped_at",
    OrderState.PAID: "paid_at",
    OrderState.SHIPPED: "shipped_at",
    OrderState.DELIVERED: "delivered_at",
    OrderState.CANCELLED: "cancelled_at",
}


class WrongState(Exception):
    """The order is not in a state from which it can go there; `state` is where it was seen, `code` which rule."""

    code = "wrong_state"

    def __init__(self, state: str, target: str):
        self.state, self.target = state, target
        super().__init__(f"{state} → {target}")


def move(
    order: "Order", target: OrderState, *, at: datetime, by: "User | None" = None, note: str = "", **fields
) -> None:
    """Move an order on from the state it was read in, stamp the time, and write the step into its chain.

    Call it in the transaction of what comes with the move. `fields` are set along with the state. Raises WrongState
    when the table has no such move, or when the order has meanwhile gone elsewhere; nothing is written then.
    """
    sql.together(moving(order, target, at=at, by=by, note=note, **fields))


def moving(
    order: "Order", target: OrderState, *, at: datetime, by: "User | None" = None, note: str = "", **fields
) -> sql.Step:
    """Return the step of a move, to be run with what comes with it; see `move`."""
    source = order.state
    if target not in MOVES[source]:
        raise WrongState(source, target)
    fields = {"state": target.value, STAMPS[target]: at} | fields
    step = {"order": order.pk, "source": source, "target": target.value, "by": by and by.pk, "note": note, "now": at}

    def heed(moved: int) -> None:
        if not moved:
            raise WrongState(source, target)
        for name, value in fields.items():
            setattr(order, name, value)

    assigned = ", ".join(f"{name} = %({name}#)s" for name in fields)
    return sql.Step(sql.Part(MOVE.format(assigned), "(SELECT count(*) FROM stepped#)"), fields | step, heed)


MOVE = """
moved# AS (
    UPDATE orders_order SET {} WHERE id = %(order#)s AND state = %(source#)s RETURNING id
), stepped# AS (
    INSERT INTO orders_ordermove (order_id, number, source, target, by_id, note, at)
    SELECT id, (SELECT coalesce(max(number), 0) + 1 FROM orders_ordermove WHERE order_id = moved#.id),
        %(source#)s, %(target#)s, %(by#)s, %(note#)s, %(now#)s FROM moved# RETURNING id
)
"""
