"""Letters about parcels: an e-mail to the buyer when one leaves, with what is in it and where it can be followed."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chengfeng.models import OutboxMessage

from .models import Shipment


def send(message: OutboxMessage) -> None:
    """Tell the buyer that a parcel has left (outbox topic `order.shipped`); a repeat carries the same Message-ID."""
    shipment = Shipment.objects.select_related("order__checkout", "order__merchant").get(code=message.key)
    language = shipment.order.checkout.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(shipment.order.merchant.time_zone):
        letter(shipment).send()


def letter(shipment: Shipment) -> EmailMessage:
    """Return the letter in the active language."""
    order = shipment.order
    address = f"{settings.BASE_URL}{reverse('orders:my_order', args=[order.code])}"
    context = {
        "order": order, "shipment": shipment, "parts": shipment.lines.select_related("line"), "address": address,
    }  # fmt: skip
    return EmailMessage(
        subject=_("A parcel of your order %(code)s has left") % {"code": order.code},
        body=render_to_string("orders/mail/parcel.txt", context),
        to=[order.checkout.email],
        headers={"Message-ID": f"<{shipment.code}.shipped@chengfeng>"},
    )
