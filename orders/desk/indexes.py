"""The indexes by which the desk finds orders: words by how they begin, phones by how they end, the open by its due."""

from django.contrib.postgres.indexes import OpClass
from django.db.models import F, Func, Index, Q
from django.db.models.functions import Reverse


def backwards(phone: str) -> Reverse:
    """Return the digits of a phone number from the last to the first, by the path of its column.

    What is replaced stands in the text: as parameters of a statement an index would not be recognised.
    """
    return Reverse(Func(F(phone), template="regexp_replace(%(expressions)s, '[^0-9]', '', 'g')"))


def beginnings(expression, *, name: str) -> Index:
    """Return an index that finds texts by how they begin, in any collation."""
    return Index(OpClass(expression, "text_pattern_ops"), name=name)


def of_orders() -> list[Index]:
    """Return the indexes of orders: one by amount, and small ones of the orders that something is special about."""
    latest = {
        "order_refunded_latest": Q(refunded__gt=0),
        "order_presale_latest": Q(presale__isnull=False),
        "order_message_latest": ~Q(message=""),
        "order_discount_latest": Q(discount__gt=0),
    }
    stamps = ("shipped_at", "delivered_at", "cancelled_at")
    return [
        Index(fields=["merchant", "total", "id"], name="order_by_total"),
        Index(fields=["merchant", "ship_by_at"], condition=Q(state__in=["paid", "partly"]), name="order_to_ship"),
        Index(fields=["merchant", "expires_at"], condition=Q(state__in=["placed", "deposit"]), name="order_to_pay"),
        Index(fields=["merchant", "flag", "-placed_at"], condition=~Q(flag=""), name="order_flagged_latest"),
        *(Index(fields=["merchant", "-placed_at"], condition=q, name=name) for name, q in latest.items()),
        *(Index(fields=["merchant", s], condition=Q(**{f"{s}__isnull": False}), name=f"order_by_{s}") for s in stamps),
    ]
