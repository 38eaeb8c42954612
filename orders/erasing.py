"""What the orders room forgets of an erased person: who received goods, and where, and all that was written.

What was sold and paid stays, and by which parcel it went, for the books. Nothing is forgotten while an order is under
way: until it is settled, and every case about it closed, the shop has to know where it goes and whom to answer.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from chengfeng import erasing, sql
from chengfeng.erasing import Forgotten
from shops.reviews import forgetting as reviews

from .models import Address, Cart, Case, CasePhoto, CaseStep, Checkout, Order, OrderLine, OrderNote

BLANK = dict.fromkeys(("email", "recipient", "phone", "city", "district", "street", "postal_code", "language"), "")
WITH_DEVICES = ("orders_order", "orders_checkout")


def is_needed(user: int, devices: Sequence[UUID]) -> bool:
    """Whether an order of the account, or of the devices, is not settled yet, or a case, payment or refund is open."""
    return sql.row(NEEDED, {"user": user, "devices": list(devices)})[0]


NEEDED = """
SELECT EXISTS (
    SELECT FROM orders_checkout c JOIN orders_order o ON o.checkout_id = c.id
    WHERE (c.user_id = %(user)s OR c.shopper = ANY(%(devices)s::uuid[])) AND (
        o.state NOT IN ('delivered', 'cancelled')
        OR o.settled_at IS NULL AND (o.state = 'delivered' OR o.cancel_reason = 'balance_unpaid')
        OR EXISTS (SELECT FROM orders_case WHERE order_id = o.id AND closed_at IS NULL)
        OR EXISTS (SELECT FROM orders_refund WHERE order_id = o.id AND state = 'pending')
        OR EXISTS (SELECT FROM orders_payment WHERE checkout_id = c.id AND state IN ('pending', 'authorised'))
    )
)
"""


def forget(forgotten: Forgotten) -> None:
    """Forget a person; whoever did so before has left nothing to do."""
    theirs = Q(user=forgotten.user) | Q(shopper__in=[*forgotten.devices, *forgotten.devices.values()])
    Cart.objects.filter(shopper__in=list(forgotten.devices)).delete()
    Address.objects.filter(theirs).delete()
    checkouts = list(Checkout.objects.filter(theirs).values_list("pk", flat=True))
    _forget_words(list(Order.objects.filter(checkout__in=checkouts).values_list("pk", flat=True)))
    Checkout.objects.filter(pk__in=checkouts).update(**BLANK)
    for table in WITH_DEVICES:
        erasing.replace_devices(table, forgotten)
    erasing.replace_words("orders_webhookreceipt", "payload", forgotten)


@transaction.atomic
def _forget_words(orders: Sequence[int]) -> None:
    """Forget what was written with orders and in cases about them, by whomever, and the photos."""
    erasing.begin()
    photos = CasePhoto.objects.filter(case__order__in=orders)
    for photo in photos:
        photo.file.delete(save=False)
    photos.delete()
    OrderNote.objects.filter(order__in=orders).delete()
    CaseStep.objects.filter(case__order__in=orders).exclude(note="").update(note="")
    Case.objects.filter(order__in=orders).update(words="", tracking="")
    Order.objects.filter(pk__in=orders).update(message="")
    reviews.forget(cause__in=list(OrderLine.objects.filter(order__in=orders).values_list("code", flat=True)))
