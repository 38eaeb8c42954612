"""Letters about endpoints: one was switched off because it failed."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chengfeng.models import OutboxMessage

from ..people.models import Membership, User
from ..people.rights import RIGHTS, Right
from .models import HookEndpoint
from .replaying import failed


def send_disabled(message: OutboxMessage) -> None:
    """Tell those who may switch an endpoint on again (topic `webhook.disabled`); a repeat has the same Message-ID.

    One that works again is not written about any more.
    """
    endpoint = HookEndpoint.objects.select_related("merchant").get(code=message.payload["endpoint"])
    if endpoint.deleted_at or endpoint.state == HookEndpoint.State.ACTIVE:
        return
    roles = [role for role, rights in RIGHTS.items() if Right.WEBHOOKS_EDIT in rights]
    members = Membership.objects.filter(
        merchant=endpoint.merchant, role__in=roles, revoked_at=None, user__is_active=True
    )
    for member in members.select_related("user").order_by("pk"):
        language = member.user.language or settings.LANGUAGE_CODE
        with translation.override(language), timezone.override(endpoint.merchant.time_zone):
            _letter(endpoint, member.user, key=message.key).send()


def _letter(endpoint: HookEndpoint, person: User, *, key: str) -> EmailMessage:
    page = f"{settings.BASE_URL}{reverse('shops:webhook', args=[endpoint.merchant.code, endpoint.code])}"
    context = {"endpoint": endpoint, "held": failed(endpoint).count(), "page": page, "kept": settings.WEBHOOKS_KEPT}
    return EmailMessage(
        subject=_("A webhook of your shop was switched off"),
        body=render_to_string("shops/hooks/disabled_mail.txt", context),
        to=[person.email],
        headers={"Message-ID": f"<{key.replace(':', '.')}.{person.code}@chengfeng>"},
    )
