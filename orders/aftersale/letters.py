"""Letters about cases: an e-mail to the side that must know what the other has done."""

from collections.abc import Iterator

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chengfeng.models import OutboxMessage
from shops.models import Membership
from shops.people.rights import Role

from .models import Case, CaseStep
from .moves import Side
from .showing import next_step


def send(message: OutboxMessage) -> None:
    """Tell of a step of a case (outbox topic `case.moved`); a repeat carries the same Message-ID.

    What the shopper does the shop's people are told, what the shop does the shopper; platform and deadlines tell both.
    """
    code, number = message.key.rsplit(":", 1)
    known = CaseStep.objects.select_related("case__order__checkout", "case__order__merchant")
    step = known.get(case__code=code, number=number)
    for side, address, language in recipients(step):
        with translation.override(language), timezone.override(step.case.order.merchant.time_zone):
            letter(step, side, address).send()


def recipients(step: CaseStep) -> Iterator[tuple[Side, str, str]]:
    """Yield (side, e-mail address, language) of everybody to be told."""
    order = step.case.order
    if step.side != Side.SHOPPER:
        yield Side.SHOPPER, order.checkout.email, order.checkout.language or settings.LANGUAGE_CODE
    if step.side != Side.MERCHANT:
        staff = Membership.objects.filter(
            merchant=order.merchant, role__in=[Role.OWNER, Role.SERVICE], revoked_at=None, user__is_active=True
        )
        for member in staff.select_related("user").order_by("pk"):
            yield Side.MERCHANT, member.user.email, member.user.language or settings.LANGUAGE_CODE


def letter(step: CaseStep, side: Side, address: str) -> EmailMessage:
    """Return the letter to one side in the active language."""
    case = step.case
    context = {
        "case": case, "order": case.order, "step": step, "side": side, "page": page(case, side),
        "next_step": next_step(case, side=side, at=step.at) if step.target == case.state else "",
    }  # fmt: skip
    subject = _("%(kind)s of order %(code)s: %(state)s") % {
        "kind": case.get_kind_display(), "code": case.order.code, "state": step.deed,
    }  # fmt: skip
    return EmailMessage(
        subject=subject,
        body=render_to_string("orders/mail/case.txt", context),
        to=[address],
        headers={"Message-ID": f"<{case.code}.{step.number}.{side}@chengfeng>"},
    )


def page(case: Case, side: Side) -> str:
    """Return where a side sees the case."""
    if side == Side.SHOPPER:
        return f"{settings.BASE_URL}{reverse('orders:my_case', args=[case.code])}"
    return f"{settings.BASE_URL}{reverse('orders:case', args=[case.order.merchant.code, case.code])}"
