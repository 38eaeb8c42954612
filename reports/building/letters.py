"""Letters about reports: one that is ready, with the way to its rows and files."""

from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chengfeng.models import OutboxMessage
from shops.models import User
from shops.people.rights import Right
from shops.tenancy import access_of

from ..measuring.definition import parse
from .models import ReportRun


def send_ready(message: OutboxMessage) -> None:
    """Tell those who wait for it that a report is ready (topic `report.ready`); a repeat has the same Message-ID."""
    known = ReportRun.objects.select_related("merchant", "schedule", "requested_by", "report")
    run = known.get(code=message.payload["run"])
    for person in addressed(run):
        access = access_of(person, run.merchant, at=run.ready_at, right=Right.REPORTS_VIEW)
        if access and access.may(Right.REPORTS_VIEW):
            language = person.language or settings.LANGUAGE_CODE
            with translation.override(language), timezone.override(run.merchant.time_zone):
                letter(run, person).send()


def addressed(run: ReportRun) -> Iterable[User]:
    """Return who waits for a run: the recipients of its schedule, unless it is empty, else whoever asked for it."""
    if run.schedule:
        return run.schedule.recipients.order_by("pk") if run.rows or run.schedule.is_sent_empty else []
    return [run.requested_by] if run.requested_by else []


def letter(run: ReportRun, person: User) -> EmailMessage:
    """Return the letter in the active language."""
    address = settings.BASE_URL + reverse("reports:run", args=[run.merchant.code, run.code])
    kind = run.schedule.format if run.schedule else ""
    file = settings.BASE_URL + reverse("reports:run_file", args=[run.merchant.code, run.code, kind]) if kind else ""
    context = {"run": run, "person": person, "page": address, "file": file, "days": parse(run.definition).period}
    return EmailMessage(
        subject=_("Report %(name)s is ready") % {"name": run.name or run.code},
        body=render_to_string("reports/mail/ready.txt", context),
        to=[person.email],
        headers={"Message-ID": f"<{run.code}.{person.code}@chengfeng>"},
    )
