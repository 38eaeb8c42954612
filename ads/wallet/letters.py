"""Letters about a wallet: money runs low, or a grant is about to expire."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chengfeng import clock
from chengfeng.models import OutboxMessage
from shops.models import Membership, Merchant, User
from shops.people.rights import RIGHTS, Right

from ..models import Grant
from .forecasting import forecast


def send_low(message: OutboxMessage) -> None:
    """Tell who may see the wallet that it runs low (topic `wallet.low`); a repeat carries the same Message-ID."""
    merchant = Merchant.objects.get(code=message.payload["merchant"])
    found = forecast(merchant, at=clock.now())
    for person in addressed(merchant):
        context = {"merchant": merchant, "forecast": found, "page": _page(merchant)}
        _letter(person, _("The advertising wallet runs low"), "low", context, key=message.key).send()


def send_expiring(message: OutboxMessage) -> None:
    """Tell who may see the wallet that a grant expires (topic `grant.expires`)."""
    grant = Grant.objects.select_related("merchant", "campaign").get(code=message.key.partition(":")[0])
    left, until = Decimal(message.payload["left"]), date.fromisoformat(message.payload["until"])
    for person in addressed(grant.merchant):
        context = {"grant": grant, "left": left, "until": until, "page": _page(grant.merchant)}
        _letter(person, _("An advertising grant expires soon"), "expiring", context, key=message.key).send()


def addressed(merchant: Merchant) -> Iterator[User]:
    """Yield who may see the wallet, each with language and clock set for a letter."""
    roles = [role for role, rights in RIGHTS.items() if Right.WALLET_VIEW in rights]
    members = Membership.objects.filter(merchant=merchant, role__in=roles, revoked_at=None, user__is_active=True)
    for member in members.select_related("user").order_by("pk"):
        language = member.user.language or settings.LANGUAGE_CODE
        with translation.override(language), timezone.override(merchant.time_zone):
            yield member.user


def _page(merchant: Merchant) -> str:
    return f"{settings.BASE_URL}{reverse('ads:wallet', args=[merchant.code])}"


def _letter(person: User, subject: str, template: str, context: dict, *, key: str) -> EmailMessage:
    return EmailMessage(
        subject=subject, body=render_to_string(f"ads/mail/{template}.txt", context), to=[person.email],
        headers={"Message-ID": f"<{key.replace(':', '.')}.{person.code}@chengfeng>"},
    )  # fmt: skip
