"""Reports that are sent by the clock of the shop: when next, to whom, and the job that asks for those that are due.

Those of a portfolio are sent to its person alone, by the platform's clock, over the shops that are lent by then.
"""

import logging
from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from chengfeng import clock
from chengfeng.jobs import Report
from chengfeng.models import Job
from chengfeng.periods import local_date
from shops.models import Membership, Merchant, User
from shops.people.rights import RIGHTS, Right

from ..measuring.definition import BadDefinition, parse
from .asking import ask
from .audience import Audience, Portfolio, audience_of
from .models import Fault, Format, ReportSchedule, SavedReport

logger = logging.getLogger(__name__)

Rhythm = ReportSchedule.Rhythm


class BadSchedule(ValueError):
    """A schedule that cannot be; `field` is what is wrong."""

    def __init__(self, field: str, message: str):
        self.field = field
        super().__init__(message)


def readers(merchant: Merchant) -> QuerySet[User]:
    """Return the members of a merchant who may see reports: those to whom they may be sent."""
    roles = [role for role, rights in RIGHTS.items() if Right.REPORTS_VIEW in rights]
    members = Membership.objects.filter(merchant=merchant, role__in=roles, revoked_at=None)
    return User.objects.filter(pk__in=members.values("user"), is_active=True).order_by("name", "pk")


def readers_of(report: SavedReport) -> QuerySet[User]:
    """Return those to whom a report may be sent: its owner alone, where it is of a portfolio or nobody else's."""
    if report.portfolio_of_id:
        return User.objects.filter(pk=report.portfolio_of_id, is_active=True)
    found = readers(report.merchant)
    return found if report.is_shared else found.filter(pk=report.made_by_id)


@transaction.atomic
def schedule(
    audience: Audience, report: SavedReport, *, rhythm: str, hour: int, recipients: Sequence[User],
    weekday: int | None = None, day: int | None = None, file_format: str = Format.XLSX, is_sent_empty: bool = False,
    at: datetime,
) -> ReportSchedule:  # fmt: skip
    """Have a report sent at an hour of the shop, instead of whenever it was before; raises BadSchedule."""
    audience.require()
    _check(audience, report, rhythm=rhythm, hour=hour, weekday=weekday, day=day, recipients=recipients)
    planned = ReportSchedule(
        report=report, rhythm=rhythm, hour=hour, weekday=weekday if rhythm == Rhythm.WEEKLY else None,
        day=day if rhythm == Rhythm.MONTHLY else None, format=file_format, is_sent_empty=is_sent_empty,
        set_by=audience.user,
    )  # fmt: skip
    planned.next_at = next_time(planned, audience.zone, after=at)
    ReportSchedule.objects.filter(report=report).delete()
    planned.save()
    planned.recipients.set(recipients)
    audience.note("report.schedule", target=report.code, at=at, rhythm=rhythm, hour=hour)
    return planned


def _check(audience: Audience, report: SavedReport, *, rhythm, hour, weekday, day, recipients) -> None:
    if audience.user is None:
        raise BadSchedule("recipients", _("A schedule is set by a person."))
    if not recipients or not set(recipients) <= set(readers_of(report)):
        raise BadSchedule("recipients", _("Reports are sent to members of the shop who may see them."))
    if not 0 <= hour <= 23:
        raise BadSchedule("hour", _("Give an hour from 0 to 23."))
    if rhythm == Rhythm.WEEKLY and (weekday is None or not 1 <= weekday <= 7):
        raise BadSchedule("weekday", _("Give a weekday, 1 for Monday to 7."))
    if rhythm == Rhythm.MONTHLY and (day is None or not 1 <= day <= 31):
        raise BadSchedule("day", _("Give a day of the month."))


@transaction.atomic
def unschedule(audience: Audience, report: SavedReport, *, at: datetime) -> bool:
    """Send a report no more; return whether it was sent."""
    audience.require()
    stopped = bool(ReportSchedule.objects.filter(report=report).delete()[0])
    if stopped:
        audience.note("report.unschedule", target=report.code, at=at)
    return stopped


def next_time(planned: ReportSchedule, zone: str, *, after: datetime) -> datetime:
    """Return the next moment of a schedule by the clock of a zone."""
    today = local_date(after, zone)
    for offset in range(33):
        day = today + timedelta(days=offset)
        moment = datetime.combine(day, time(planned.hour), ZoneInfo(zone)).astimezone(UTC)
        if moment > after and _falls_on(planned, day):
            return moment
    raise ValueError("a schedule comes every month")


def _falls_on(planned: ReportSchedule, day: date) -> bool:
    if planned.rhythm == Rhythm.WEEKLY:
        return day.isoweekday() == planned.weekday
    last = monthrange(day.year, day.month)[1]
    return planned.rhythm == Rhythm.DAILY or day.day == min(planned.day, last)


def run(job: Job, report: Report) -> dict:
    """Ask for the reports that are due, each by itself; the job kind `send_reports`."""
    now = clock.now()
    known = ReportSchedule.objects.select_related("report__merchant", "report__portfolio_of", "set_by")
    due = known.filter(next_at__lte=now).order_by("pk")
    return {"asked": sum(_ask(planned, at=now) for planned in due)}


def _ask(planned: ReportSchedule, *, at: datetime) -> bool:
    """Ask for a report that is due, and return whether it was; where it was not, its schedule tells why.

    A fault that lasts is told once each time it is due. After any other failure it stays due.
    """
    try:
        fault = _asked(planned, at=at)
    except Exception:
        logger.exception("the report of schedule %s could not be run", planned.pk)
        fault = Fault.FAILURE
    if fault is not None and fault != planned.fault:
        ReportSchedule.objects.filter(pk=planned.pk).update(fault=fault)
    return fault == ""


@transaction.atomic
def _asked(planned: ReportSchedule, *, at: datetime) -> str | None:
    """Move a schedule on, by a guarded update, and ask for its report; return its fault, None if another moved it."""
    report = planned.report
    zone = report.merchant.time_zone if report.merchant else Portfolio.zone
    following = next_time(planned, zone, after=at)
    if not ReportSchedule.objects.filter(pk=planned.pk, next_at=planned.next_at).update(next_at=following):
        return None
    audience = audience_of(report, planned.set_by, at=at)
    if audience is None:
        return Fault.MAKER
    if not planned.recipients.filter(pk__in=readers_of(report)).exists():
        return Fault.RECIPIENTS
    try:
        definition = parse(report.definition)
    except BadDefinition:
        return Fault.DEFINITION
    with translation.override(planned.set_by.language or "en"):
        ask(audience, definition, report=report, schedule=planned, at=at, may_wait=False)
    return ""
