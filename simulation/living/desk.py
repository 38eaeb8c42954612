"""Notes and flags that the people of the shops put on orders for each other."""

from datetime import date, datetime, timedelta

from orders.desk import marking
from orders.models import Order

from .. import people
from ..words.cases import NOTES
from . import chance

NOTED, FLAGGED = 0.07, 0.08
COLOURS = ("red", "yellow", "green", "blue", "purple"), (4, 3, 2, 2, 1)


def live(day: date, *, now: datetime) -> None:
    """Mark some of the orders that were paid on a day."""
    begin = chance.midnight(day)
    paid = Order.objects.filter(paid_at__gte=begin, paid_at__lt=min(begin + timedelta(days=1), now))
    for order in paid.select_related("merchant").order_by("pk"):
        dice = chance.of(order.code, "desk")
        if dice.random() < FLAGGED:
            marking.set_flag(Order.objects.filter(pk=order.pk), dice.choices(*COLOURS)[0])
        if dice.random() < NOTED:
            at = min(order.paid_at + timedelta(minutes=dice.randint(10, 300)), now)
            marking.write_note(order, text=dice.choice(NOTES), by=people.acting(order.merchant).user, at=at)
