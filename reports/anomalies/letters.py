"""Letters about unusual numbers, to those of the shop who see its reports and have not said no."""

from datetime import date

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chengfeng.models import OutboxMessage
from shops.models import Merchant, User

from ..building.scheduling import readers
from .keeping import found
from .models import AnomalyMute


def send(message: OutboxMessage) -> None:
    """Tell them what is unusual (topic `report.anomaly`); a repeat carries the same Message-ID."""
    merchant = Merchant.objects.get(code=message.payload["merchant"])
    rows = list(found(merchant).filter(code__in=message.payload["anomalies"]))
    page = f"{settings.BASE_URL}{reverse('reports:anomalies', args=[merchant.code])}"
    context = {"merchant": merchant, "anomalies": rows, "page": page}
    context |= {"day": date.fromisoformat(message.payload["day"])}
    for person in letters_to(merchant):
        with translation.override(person.language or settings.LANGUAGE_CODE), timezone.override(merchant.time_zone):
            EmailMessage(
                subject=_("Unusual numbers today"), body=render_to_string("reports/mail/unusual.txt", context),
                to=[person.email], headers={"Message-ID": f"<{message.key.replace(':', '.')}.{person.code}@chengfeng>"},
            ).send()  # fmt: skip


def letters_to(merchant: Merchant) -> QuerySet[User]:
    """Return the members who may see the shop's reports and have not said that they want no letters."""
    return readers(merchant).exclude(pk__in=AnomalyMute.objects.filter(merchant=merchant).values("user"))
