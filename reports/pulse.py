"""The pulse of a merchant: a short text that changes when money moves or an order is placed, and every few seconds."""

from datetime import datetime

from django.db.models import OuterRef, Subquery, Sum

from chengfeng.models import Account, Entry
from orders.models import Order
from shops.models import Merchant
from shops.tenancy import own

REST = 15  # seconds after which it beats although nothing moved, for views and clicks


def pulse(merchant: Merchant, *, at: datetime) -> str:
    """Return the pulse: a few look-ups by index, so that an open page may ask every second."""
    accounts = Account.objects.filter(owner=merchant.code)
    newest = Entry.objects.filter(account=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    moved = accounts.aggregate(sum=Sum(Subquery(newest)))["sum"]
    placed = own(Order, merchant).order_by("-placed_at").values_list("pk", flat=True).first()
    return f"{moved}.{placed}.{int(at.timestamp()) // REST}"
