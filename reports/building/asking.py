"""Asking for a run of a report: answered at once where there is little to read, else in the background."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chengfeng import jobs
from chengfeng.models import Job
from chengfeng.periods import local_date
from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import Access, own

from ..measuring.asking import FINAL_AFTER, complete_through, version_of
from ..measuring.definition import BadDefinition, Definition, Flaw
from ..measuring.periods import compared, resolve
from ..models import MerchantDay
from .models import ReportRun, ReportSchedule, SavedReport

SETTLED = timedelta(seconds=10)  # after it was recorded a row may still be on its way into the tables
QUICK = 50_000  # rows that are read within a request


@transaction.atomic
def ask(
    access: Access, definition: Definition, *, report: SavedReport | None = None, name: str = "",
    schedule: ReportSchedule | None = None, at: datetime, may_wait: bool = True,
) -> ReportRun:  # fmt: skip
    """Run a definition as of its own moment, or as of now, and keep the answer.

    Little is answered before this returns, unless nobody waits (`may_wait`). Raises BadDefinition for what is not yet.
    """
    access.require(Right.REPORTS_VIEW)
    asked = pinned(definition, access.merchant.time_zone, at=at)
    run = ReportRun.objects.create(
        merchant=access.merchant, report=report, schedule=schedule, name=name or (report.name if report else ""),
        definition=asked.document(), as_of=asked.as_of, version=version_of(asked, asked.as_of),
        heading=_heading(access, asked), language=get_language() or "", requested_by=access.user, requested_at=at,
    )  # fmt: skip
    if may_wait and is_quick(access, asked):
        from .running import answer

        answer(run, at=at)
    else:
        by = access.user.code if access.user else ""
        run.job = jobs.enqueue("run_report", at=at, owner=access.merchant.code, requested_by=by, run=run.code)
        run.save(update_fields=["job"])
    record(access, "report.run", target=run.code, at=at, report=report.code if report else "")
    return run


def pinned(definition: Definition, zone: str, *, at: datetime) -> Definition:
    """Return the definition with its days and its moment fixed, such that it always asks the same."""
    if definition.as_of and definition.as_of > at:
        raise BadDefinition([Flaw("as_of", "future", _("This moment is yet to come."))])
    as_of = min(definition.as_of or at, at - SETTLED)
    days = resolve(definition.period, today=local_date(as_of, zone))
    return definition.with_(period=days, compare=compared(days, definition.compare), as_of=as_of)


def _heading(access: Access, definition: Definition) -> dict:
    """Return what the answer will rest on, as JSON."""
    merchant, rule = access.merchant, definition.rule
    through = complete_through([merchant], definition.period, definition.as_of)
    return {
        "days": definition.period.document(),
        "compared": definition.compare and definition.compare.document(),
        "rule": {"name": rule.name, "title": str(rule.title), "version": rule.version},
        "clock": definition.by_clock.value,
        "currency": merchant.currency,
        "zone": merchant.time_zone,
        "complete_through": through.isoformat(),
        "final_after": (definition.period.last + FINAL_AFTER).isoformat(),
        "not_offered": definition.refused,
    }


def is_quick(access: Access, definition: Definition) -> bool:
    """Tell whether the rows behind an answer are few, by the days' facts."""
    window, days = definition.rule.window, [definition.period, *([definition.compare] if definition.compare else [])]
    first = min(each.first for each in days) - window
    return _rows(access, first, max(each.last for each in days)) <= QUICK


def _rows(access: Access, first: date, last: date) -> int:
    facts = own(MerchantDay, access.merchant).filter(day__gte=first, day__lte=last)
    sums = facts.aggregate(Sum("impressions"), Sum("viewable"), Sum("clicks"), Sum("paid_orders"))
    return sum(value or 0 for value in sums.values())


def visible(access: Access) -> QuerySet[ReportRun]:
    """Return the runs that somebody may see: not those of others' own reports; the latest first."""
    runs = own(ReportRun, access.merchant).select_related("merchant", "report", "job", "requested_by")
    hidden = SavedReport.objects.filter(merchant=access.merchant, is_shared=False)
    if access.user:
        hidden = hidden.exclude(made_by=access.user)
    return runs.exclude(report__in=hidden).order_by("-requested_at", "-pk")


def cancel(access: Access, run: ReportRun, *, at: datetime) -> bool:
    """Cancel a run that is not over; return whether it was cancelled."""
    cancelled = bool(run.job) and jobs.cancel(run.job, at=at)
    if cancelled:
        record(access, "report.cancel", target=run.code, at=at)
    return cancelled


def retry(access: Access, run: ReportRun, *, at: datetime) -> bool:
    """Let a failed run go on from where it failed; return whether it had failed."""
    retried = bool(run.job) and jobs.retry(run.job, at=at)
    if retried:
        record(access, "report.retry", target=run.code, at=at)
    return retried


def eta(run: ReportRun, *, at: datetime) -> datetime | None:
    """Return when a run will be ready, by its own pace or that of the merchant's last run; None where none is known."""
    job = run.job
    if job is None or job.state != Job.State.RUNNING or not job.total:
        return None
    pace = (at - run.began_at) / job.progress if job.progress and run.began_at else _pace(run)
    return pace and at + pace * (job.total - job.progress)


def _pace(run: ReportRun) -> timedelta | None:
    """Return how long one step took in the merchant's last run."""
    ready = ReportRun.objects.filter(merchant=run.merchant, ready_at__isnull=False, job__total__gt=0)
    last = ready.filter(began_at__isnull=False).select_related("job").order_by("-ready_at").first()
    return last and (last.ready_at - last.began_at) / last.job.total
