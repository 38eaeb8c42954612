"""Letters to a shop's owner and finance: money was paid out or came back, or the bank account was changed."""

from collections.abc import Iterator

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chengfeng.models import OutboxMessage
from shops.models import Membership, Merchant, User
from shops.people.rights import RIGHTS, Right

from .models import BankAccount, Payout, PayoutReturn


def send(message: OutboxMessage) -> None:
    """Tell who may manage the bank account (topics `settlement.paid_out` and `settlement.came_back`).

    A repeat carries the same Message-ID.
    """
    payout = Payout.objects.select_related("merchant", "bank_account").get(code=message.key)
    returned = PayoutReturn.objects.filter(payout=payout).first() if message.topic.endswith("came_back") else None
    for person in addressed(payout.merchant):
        letter(payout, returned, person).send()


def send_changed(message: OutboxMessage) -> None:
    """Tell the same people that there is another bank account (topic `settlement.bank_account`)."""
    account = BankAccount.objects.select_related("merchant", "added_by").get(code=message.key)
    for person in addressed(account.merchant):
        letter_of_change(account, person).send()


def addressed(merchant: Merchant) -> Iterator[User]:
    """Yield who may manage the bank account, each with language and clock set for a letter."""
    roles = [role for role, rights in RIGHTS.items() if Right.SETTLEMENT_EDIT in rights]
    members = Membership.objects.filter(merchant=merchant, role__in=roles, revoked_at=None, user__is_active=True)
    for member in members.select_related("user").order_by("pk"):
        language = member.user.language or settings.LANGUAGE_CODE
        with translation.override(language), timezone.override(merchant.time_zone):
            yield member.user


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


def letter_of_change(account: BankAccount, person: User) -> EmailMessage:
    """Return the letter about a new bank account to one person in the active language."""
    page = f"{settings.BASE_URL}{reverse('orders:bank_account', args=[account.merchant.code])}"
    return EmailMessage(
        subject=_("The bank account for your payouts was changed"),
        body=render_to_string("orders/mail/bank_account.txt", {"account": account, "page": page}),
        to=[person.email],
        headers={"Message-ID": f"<{account.code}.{person.code}@chengfeng>"},
    )
