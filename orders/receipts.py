"""Receipts: an e-mail to the buyer once an order is paid, in the language the order was placed in."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chengfeng.models import OutboxMessage

from .models import Order


def send(message: OutboxMessage) -> None:
    """Send the receipt of a paid order (outbox topic `order.paid`).

    A repeat carries the same Message-ID, by which mail programs show it once.
    """
    order = Order.objects.select_related("merchant", "checkout").get(code=message.key)
    language = order.checkout.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(order.merchant.time_zone):
        letter(order).send()


def letter(order: Order) -> EmailMultiAlternatives:
    """Return the receipt as text and HTML in the active language."""
    address = f"{settings.BASE_URL}{reverse('orders:my_order', args=[order.code])}"
    context = {"order": order, "lines": order.lines.order_by("pk"), "address": address}
    mail = EmailMultiAlternatives(
        subject=_("Your order %(code)s is paid") % {"code": order.code},
        body=render_to_string("orders/mail/receipt.txt", context),
        to=[order.checkout.email],
        headers={"Message-ID": f"<{order.code}.paid@chengfeng>"},
    )
    mail.attach_alternative(render_to_string("orders/mail/receipt.html", context), "text/html")
    return mail
