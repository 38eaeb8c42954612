"""Asking for a run of a report: answered at once where there is little to read, else in the background."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chengfeng import jobs
from chengfeng.models import Job
from shops.models import Merchant

from .. import finality
from ..measuring.asking import version_of
from ..measuring.definition import BadDefinition, Definition, Flaw, parse
from ..measuring.periods import Days, compared, resolve
from ..models import MerchantDay
from .audience import Audience
from .models import ReportRun, ReportSchedule, SavedReport

SETTLED = timedelta(seconds=10)  # after it was recorded a row may still be on its way into the tables
QUICK = 50_000  # rows that are read within a request of a program
SHOWN = 3_000_000  # that somebody who looks at a page waits for


@transaction.atomic
def ask(
    audience: Audience, definition: Definition, *, report: SavedReport | None = None, name: str = "",
    schedule: ReportSchedule | None = None, at: datetime, may_wait: bool = True,
) -> ReportRun:  # fmt: skip
    """Run a definition as of its own moment, or as of now, and keep the answer.

    Little is answered before this returns, unless nobody waits (`may_wait`). Raises BadDefinition for what is not yet.
    """
    audience.require()
    asked = pinned(definition, audience, at=at)
    run = ReportRun.objects.create(
        **audience.owner, report=report, schedule=schedule, name=name or (report.name if report else ""),
        definition=asked.document(), as_of=asked.as_of, version=version_of(asked, asked.as_of),
        heading=_heading(audience, asked, report, is_as_of=bool(definition.as_of)), language=get_language() or "",
        requested_by=audience.user, requested_at=at,
    )  # fmt: skip
    if run.portfolio_of:
        run.merchants.set(audience.merchants)
    if may_wait and is_quick(audience, asked):
        from .running import answer

        answer(run, at=at)
    else:
        by = audience.user.code if audience.user else ""
        run.job = jobs.enqueue("run_report", at=at, owner=audience.job_owner, requested_by=by, run=run.code)
        run.save(update_fields=["job"])
    audience.note("report.run", target=run.code, at=at, report=report.code if report else "")
    return run


def again(audience: Audience, run: ReportRun, *, at: datetime) -> ReportRun:
    """Ask what a run asked, of the same days, as it is known now."""
    definition = parse(run.definition).with_(as_of=None)
    return ask(audience.of_run(run), definition, report=run.report, name=run.name, at=at)


def pinned(definition: Definition, audience: Audience, *, at: datetime) -> Definition:
    """Return the definition with its days and its moment fixed, such that it always asks the same."""
    if definition.as_of and definition.as_of > at:
        raise BadDefinition([Flaw("as_of", "future", _("This moment is yet to come."))])
    as_of = min(definition.as_of or at, at - SETTLED)
    days = resolve(definition.period, today=audience.today(as_of))
    return definition.with_(period=days, compare=compared(days, definition.compare), as_of=as_of)


def _heading(audience: Audience, definition: Definition, report: SavedReport | None, *, is_as_of: bool) -> dict:
    """Return what the answer will rest on, as JSON; `is_as_of` where a moment was asked for."""
    rule = definition.rule
    trusted = finality.of(definition.period.last, at=definition.as_of, rule=rule)
    return {
        "days": definition.period.document(),
        "compared": definition.compare and definition.compare.document(),
        "rule": {"name": rule.name, "title": str(rule.title), "version": rule.version},
        "clock": definition.by_clock.value,
        "currency": audience.currency,
        "zone": audience.zone,
        "complete_through": trusted.complete_through.isoformat(),
        "provisional_until": trusted.provisional_until.isoformat(),
        "final_after": trusted.final_after.isoformat(),
        "refunds_final_after": trusted.refunds_final_after.isoformat(),
        "is_as_of": is_as_of,
        "not_offered": definition.refused,
        "left_out": told_of(audience.left_out(report)) if report else [],
    }


def told_of(shops: Iterable[Merchant]) -> list[dict[str, str]]:
    """Return shops as the heading of a run names those that are not in it."""
    return [{"code": shop.code, "name": shop.name} for shop in shops]


def is_quick(audience: Audience, definition: Definition) -> bool:
    """Tell whether the rows behind an answer are few, by the days' facts."""
    days = [definition.period, *([definition.compare] if definition.compare else [])]
    return _read(audience, definition, days) <= QUICK


def is_shown(audience: Audience, definition: Definition, *, at: datetime) -> bool:
    """Tell whether the rows behind an answer are no more than a page is made of; else it is run in the background."""
    days = resolve(definition.period, today=audience.today(at))
    other = compared(days, definition.compare)
    return _read(audience, definition, [days, *([other] if other else [])]) <= SHOWN


def _read(audience: Audience, definition: Definition, days: Sequence[Days]) -> int:
    """Return about how many rows are read for some days: with those that a rule looks back to."""
    window = definition.rule.window
    first = min(each.first for each in days) - window
    last = max(each.last for each in days)
    facts = MerchantDay.objects.filter(merchant__in=audience.merchants, day__gte=first, day__lte=last)
    sums = facts.aggregate(Sum("impressions"), Sum("viewable"), Sum("clicks"), Sum("paid_orders"))
    return sum(value or 0 for value in sums.values())


def visible(audience: Audience) -> QuerySet[ReportRun]:
    """Return the runs that somebody may see: not those of others' own reports; the latest first."""
    runs = audience.runs().select_related("merchant", "report", "job", "requested_by")
    hidden = audience.saved().filter(is_shared=False)
    if audience.user:
        hidden = hidden.exclude(made_by=audience.user)
    return runs.exclude(report__in=hidden).order_by("-requested_at", "-pk")


@transaction.atomic
def cancel(audience: Audience, run: ReportRun, *, at: datetime) -> bool:
    """Cancel a run that is not over; return whether it was cancelled."""
    cancelled = bool(run.job) and jobs.cancel(run.job, at=at)
    if cancelled:
        audience.note("report.cancel", target=run.code, at=at)
    return cancelled


@transaction.atomic
def retry(audience: Audience, run: ReportRun, *, at: datetime) -> bool:
    """Let a failed run go on from where it failed; return whether it had failed."""
    retried = bool(run.job) and jobs.retry(run.job, at=at)
    if retried:
        audience.note("report.retry", target=run.code, at=at)
    return retried


def eta(run: ReportRun, *, at: datetime) -> datetime | None:
    """Return when a run will be ready, by its own pace or that of its owner's last run; None if unknown."""
    job = run.job
    if job is None or job.state != Job.State.RUNNING or not job.total:
        return None
    pace = (at - run.began_at) / job.progress if job.progress and run.began_at else _pace(run)
    return pace and at + pace * (job.total - job.progress)


def _pace(run: ReportRun) -> timedelta | None:
    """Return how long one step took in the last run of the same owner."""
    mine = ReportRun.objects.filter(merchant=run.merchant, portfolio_of=run.portfolio_of)
    ready = mine.filter(ready_at__isnull=False, job__total__gt=0)
    last = ready.filter(began_at__isnull=False).select_related("job").order_by("-ready_at").first()
    return last and (last.ready_at - last.began_at) / last.job.total
