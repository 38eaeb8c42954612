"""Reminders: an e-mail to whoever has paid a deposit, once the balance can be paid."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chengfeng.models import OutboxMessage

from .models import Order


def send(message: OutboxMessage) -> None:
    """Tell that the balance of an order can be paid now (outbox topic `order.balance_due`).

    A repeat carries the same Message-ID, by which mail programs show it once.
    """
    order = Order.objects.select_related("merchant", "checkout", "presale").get(code=message.key)
    language = order.checkout.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(order.merchant.time_zone):
        letter(order).send()


def letter(order: Order) -> EmailMessage:
    """Return the reminder in the active language."""
    address = f"{settings.BASE_URL}{reverse('orders:pay', args=[order.checkout.code])}"
    context = {"order": order, "balance": order.balance, "address": address}
    return EmailMessage(
        subject=_("The balance of your order %(code)s can be paid now") % {"code": order.code},
        body=render_to_string("orders/mail/balance.txt", context),
        to=[order.checkout.email],
        headers={"Message-ID": f"<{order.code}.balance@chengfeng>"},
    )
