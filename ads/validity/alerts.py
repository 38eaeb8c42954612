"""Tells merchants of clicks by devices of other shops, once a day."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from chengfeng import outbox, sql
from chengfeng.models import OutboxMessage
from shops.models import Membership, Merchant
from shops.people.rights import RIGHTS, Right

from .reasons import Reason

TOPIC = "traffic.competitor"
LATELY = timedelta(days=1)


def publish(*, at: datetime) -> int:
    """Publish how many clicks devices of other shops made on a merchant's ads in the last 24 h; return how many know.

    Once a day (UTC) for each merchant.
    """
    params = {"reason": Reason.COMPETITOR, "since": at - LATELY, "day": (at - 3 * LATELY).date()}
    found = sql.rows(COMPETITORS, params)
    for code, clicks, devices in found:
        told = {"merchant": code, "clicks": clicks, "devices": devices}
        outbox.publish(TOPIC, key=f"{code}:{at.date()}", payload=told, at=at)
    return len(found)


COMPETITORS = """
SELECT m.code, count(*), count(DISTINCT e.shopper) FROM ads_event e JOIN shops_merchant m ON m.id = e.merchant_id
WHERE e.kind = 'click' AND NOT e.is_valid AND e.reason = %(reason)s AND e.at >= %(since)s AND e.day >= %(day)s
GROUP BY m.code ORDER BY m.code
"""


def send(message: OutboxMessage) -> None:
    """Tell those of the merchant who may edit ads; a repeat carries the same Message-ID."""
    merchant = Merchant.objects.get(code=message.payload["merchant"])
    roles = [role for role, rights in RIGHTS.items() if Right.ADS_EDIT in rights]
    members = Membership.objects.filter(merchant=merchant, role__in=roles, revoked_at=None, user__is_active=True)
    for member in members.select_related("user").order_by("pk"):
        with translation.override(member.user.language or settings.LANGUAGE_CODE):
            _letter(message, merchant, member).send()


def _letter(message: OutboxMessage, merchant: Merchant, member: Membership) -> EmailMessage:
    page = f"{settings.BASE_URL}{reverse('ads:traffic', args=[merchant.code])}"
    return EmailMessage(
        subject=_("Another shop clicked on your ads"),
        body=render_to_string("ads/mail/competitor.txt", message.payload | {"shop": merchant, "page": page}),
        to=[member.user.email],
        headers={"Message-ID": f"<{message.key}.competitor.{member.user.code}@chengfeng>"},
    )
