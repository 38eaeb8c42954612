"""Marking orders: notes of the house, which stay, and flags."""

from datetime import datetime

from django.db.models import QuerySet

from shops.catalogue.search import cut
from shops.models import User

from ..models import Order, OrderNote
from .models import Flag


def write_note(order: Order, *, text: str, by: User, at: datetime) -> OrderNote:
    """Write a note on an order; the same words of the same person on the same order again are one note."""
    same = order.notes.filter(text=text, by=by, struck_at=None).first()
    return same or OrderNote.objects.create(
        merchant_id=order.merchant_id, order=order, text=text, search=_lexemes(text), by=by, at=at
    )


def _lexemes(text: str) -> str:
    """Return the words of a text as a search vector in PostgreSQL's notation."""
    return " ".join(f"'{lexeme}'" for lexeme in dict.fromkeys(cut(text)))


def strike_note(note: OrderNote, *, by: User, at: datetime) -> bool:
    """Strike a note, which stays readable; return whether it was standing."""
    return bool(OrderNote.objects.filter(pk=note.pk, struck_at=None).update(struck_by=by, struck_at=at))


def set_flag(orders: QuerySet[Order], flag: Flag | str) -> list[str]:
    """Give orders a flag, or none; return the codes of those whose flag that changed."""
    changing = orders.exclude(flag=flag)
    codes = list(changing.order_by("pk").values_list("code", flat=True))
    Order.objects.filter(code__in=codes).update(flag=flag)
    return codes
