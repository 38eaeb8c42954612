"""Letters about reports: one that is ready, with the way to its rows and files."""

from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chengfeng.models import OutboxMessage
from shops.models import User

from .asking import visible
from .audience import Audience, audience_of
from .models import ReportRun


def send_ready(message: OutboxMessage) -> None:
    """Tell those who wait for it that a report is ready (topic `report.ready`); a repeat has the same Message-ID."""
    known = ReportRun.objects.select_related("merchant", "portfolio_of", "schedule", "requested_by", "report")
    run = known.get(code=message.payload["run"])
    for person in addressed(run):
        audience = audience_of(run, person, at=run.ready_at)
        if audience and visible(audience).filter(pk=run.pk).exists():
            language = person.language or settings.LANGUAGE_CODE
            with translation.override(language), timezone.override(audience.zone):
                letter(run, person, audience).send()


def addressed(run: ReportRun) -> Iterable[User]:
    """Return who waits for a run: the recipients of its schedule, unless it is empty, else whoever asked for it."""
    if run.schedule:
        return run.schedule.recipients.order_by("pk") if run.rows or run.schedule.is_sent_empty else []
    return [run.requested_by] if run.requested_by else []


def letter(run: ReportRun, person: User, audience: Audience) -> EmailMessage:
    """Return the letter in the active language."""
    address = settings.BASE_URL + audience.page("run", run.code)
    kind = run.schedule.format if run.schedule else ""
    file = settings.BASE_URL + audience.page("run_file", run.code, kind) if kind else ""
    context = {"run": run, "person": person, "page": address, "file": file, "days": run.days}
    return EmailMessage(
        subject=_("Report %(name)s is ready") % {"name": " ".join(run.name.split()) or run.code},
        body=render_to_string("reports/mail/ready.txt", context),
        to=[person.email],
        headers={"Message-ID": f"<{run.code}.{person.code}@chengfeng>"},
    )
