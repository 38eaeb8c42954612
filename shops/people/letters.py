"""Letters to people: what the outbox sends by e-mail."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from chengfeng.models import OutboxMessage

from .invitations import secret_of
from .models import Invitation


def send_invitation(message: OutboxMessage) -> None:
    """Mail the link of an invitation; one closed meanwhile is not sent any more."""
    known = Invitation.objects.select_related("merchant", "invited_by")
    invitation = known.get(code=message.payload["invitation"])
    if invitation.accepted_at or invitation.revoked_at:
        return
    with translation.override(message.payload["language"] or settings.LANGUAGE_CODE):
        link = settings.BASE_URL + reverse("shops:invitation", args=[secret_of(invitation)])
        context = {"invitation": invitation, "link": link}
        subject = " ".join(render_to_string("shops/people/invitation_subject.txt", context).split())
        body = render_to_string("shops/people/invitation_mail.txt", context)
    send_mail(subject, body, None, [invitation.email])
