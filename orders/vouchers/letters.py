"""Letters about vouchers: their numbers once they are paid for, and that the money of expired ones comes back."""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chengfeng.models import OutboxMessage

from ..models import Order
from .models import Voucher


def send_issued(message: OutboxMessage) -> None:
    """Send the numbers of a paid order's vouchers, if it has any (outbox topic `order.paid`)."""
    found = Voucher.objects.filter(order__code=message.key)
    _send(message.key, list(found), "issued", message_id=f"{message.key}.vouchers")


def send_expired(message: OutboxMessage) -> None:
    """Tell that expired vouchers are refunded (outbox topic `voucher.expired`)."""
    code = message.payload["order"]
    found = Voucher.objects.filter(order__code=code, state=Voucher.State.EXPIRED)
    _send(code, list(found), "expired", message_id=message.key.replace(":", "."))


def _send(code: str, vouchers: Sequence[Voucher], kind: str, *, message_id: str) -> None:
    """Write to the buyer in the language of the order; a repeat carries the same Message-ID."""
    if not vouchers:
        return
    order = Order.objects.select_related("merchant", "checkout").get(code=code)
    language = order.checkout.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(order.merchant.time_zone):
        subjects = {
            "issued": _("Your vouchers of %(shop)s"),
            "expired": _("Vouchers of %(shop)s have expired: your money comes back"),
        }
        context = {
            "order": order, "vouchers": sorted(vouchers, key=lambda voucher: (voucher.line_id, voucher.position)),
            "address": f"{settings.BASE_URL}{reverse('orders:vouchers')}", "kind": kind,
        }  # fmt: skip
        EmailMessage(
            subject=subjects[kind] % {"shop": " ".join(order.merchant.name.split())},
            body=render_to_string("orders/vouchers/letter.txt", context),
            to=[order.checkout.email],
            headers={"Message-ID": f"<{message_id}@chengfeng>"},
        ).send()
