"""Letters about payouts: an e-mail to a shop's owner and finance when money was paid out, or came back."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chengfeng.models import OutboxMessage
from shops.models import Membership, User
from shops.people.rights import RIGHTS, Right

from .models import Payout, PayoutReturn


def send(message: OutboxMessage) -> None:
    """Tell who may manage the bank account (topics `settlement.paid_out` and `settlement.came_back`).

    A repeat carries the same Message-ID.
    """
    payout = Payout.objects.select_related("merchant", "bank_account").get(code=message.key)
    returned = PayoutReturn.objects.filter(payout=payout).first() if message.topic.endswith("came_back") else None
    for person in recipients(payout):
        language = person.language or settings.LANGUAGE_CODE
        with translation.override(language), timezone.override(payout.merchant.time_zone):
            letter(payout, returned, person).send()


def recipients(payout: Payout) -> list[User]:
    roles = [role for role, rights in RIGHTS.items() if Right.SETTLEMENT_EDIT in rights]
    members = Membership.objects.filter(merchant=payout.merchant, role__in=roles, revoked_at=None, user__is_active=True)
    return [member.user for member in members.select_related("user").order_by("pk")]


def letter(payout: Payout, returned: PayoutReturn | None, person: User) -> EmailMessage:
    """Return the letter to one person in the active language."""
    page = f"{settings.BASE_URL}{reverse('orders:settlement_payouts', args=[payout.merchant.code])}"
    subject = _("Payout %(code)s came back") if returned else _("Payout %(code)s is on your account")
    kind = "returned" if returned else "paid"
    return EmailMessage(
        subject=subject % {"code": payout.code},
        body=render_to_string("orders/mail/payout.txt", {"payout": payout, "returned": returned, "page": page}),
        to=[person.email],
        headers={"Message-ID": f"<{payout.code}.{kind}.{person.code}@chengfeng>"},
    )
