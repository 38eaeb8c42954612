"""Running a report: family by family into files, then all of them as one; whoever is stopped goes on from there.

Two may be at it at once, where one has lost its lease without knowing it. What each of them has not finished has a name
of its own; what is finished is the same by whomever; and only the one that holds the job puts an answer in its place.
"""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengfeng import clock, jobs, outbox
from chengfeng.files import private
from chengfeng.jobs import Refused, Report
from chengfeng.models import Job

from ..attending import attended
from ..measuring.asking import question
from ..measuring.definition import Definition, parse
from ..portfolio import lent_to
from .asking import told_of
from .models import ReportRun

KEPT = timedelta(days=35)
FOLDER = "reports"
STRAY = timedelta(days=1)  # how old a file is that nobody will name any more

Work = Callable[[], object]
Doing = Callable[[Work, int, Callable[[], None]], None]  # the work, its weight, and what stops it


def run(job: Job, report: Report) -> dict:
    """Answer a run in the background; the job kind `run_report`."""
    found = ReportRun.objects.select_related("merchant", "portfolio_of").get(code=job.params["run"])
    if found.ready_at:
        return {"rows": found.rows}
    now = clock.now()
    _leave_out(found, at=now)
    ReportRun.objects.filter(pk=found.pk, began_at=None).update(began_at=now)
    attempt = f"{job.attempts}"
    _answer(found, _reported(found, report), attempt)
    _end(found, job, attempt)
    return {"rows": found.rows}


@transaction.atomic
def _leave_out(found: ReportRun, *, at: datetime) -> None:
    """Take shops out of a run of a portfolio that are not lent any more, and say so; refuse it where none is left."""
    if not found.portfolio_of:
        return
    lent, shops = lent_to(found.portfolio_of, at=at), found.shops
    gone = [shop for shop in shops if shop not in lent]
    if len(gone) == len(shops):
        raise Refused(_("No shop of this report is lent to you any more."))
    if gone:
        found.merchants.remove(*gone)
        found.heading |= {"left_out": found.heading.get("left_out", []) + told_of(gone)}
        found.save(update_fields=["heading"])


def _end(found: ReportRun, job: Job, attempt: str) -> None:
    """Put the answer in its place and tell of it, unless the job was cancelled or is another's by now."""
    place = _placed(found, attempt)
    try:
        with transaction.atomic():
            jobs.finish(job, at=clock.now(), result={"rows": found.rows})
            _finish(found, place, at=clock.now())
            _tell(found, at=found.ready_at)
    except BaseException:
        private().delete(place)
        raise
    shutil.rmtree(folder_of(found), ignore_errors=True)


def answer(found: ReportRun, *, at: datetime) -> None:
    """Answer a run here and now, by the engine that is the quickest where there is little to read."""
    _answer(found, lambda work, weight, stop: work(), "now", engine="postgres")
    _finish(found, _placed(found, "now"), at=at)
    shutil.rmtree(folder_of(found), ignore_errors=True)


def folder_of(found: ReportRun) -> Path:
    """Return the folder of a run that is not over."""
    return Path(settings.PRIVATE_ROOT) / FOLDER / "parts" / found.code


def _parts_of(found: ReportRun) -> Path:
    """Return where the parts of a run are written: apart from those that were written when it was about more shops."""
    return folder_of(found) / f"{len(found.shops)}"


def _reported(found: ReportRun, report: Report) -> Doing:
    """Return how work is done in the background: progress by weight, the lease renewed, and called off if so asked."""
    from ..measuring.storing import weight

    done, total = 0, weight(parse(found.definition))

    def do(work: Work, weight: int, stop: Callable[[], None]) -> None:
        nonlocal done
        report(done, total)
        attended(work, beat=lambda: report(done, total), stop=stop)
        done += weight
        report(done, total)

    return do


def _answer(found: ReportRun, do: Doing, attempt: str, engine: str | None = None) -> None:
    """Write parts that are not there yet, then all of them as one."""
    definition, folder = parse(found.definition), _parts_of(found)
    folder.mkdir(parents=True, exist_ok=True)
    _write_parts(found, definition, folder, do, engine)
    _gather(found, definition, folder, do, attempt)


def _write_parts(found: ReportRun, definition: Definition, folder: Path, do: Doing, name: str | None) -> None:
    from ..engines import opened
    from ..measuring.columns import NOW
    from ..measuring.storing import parts, prepare

    asked, shops = {}, found.shops
    with opened(merchants=[shop.pk for shop in shops], as_of=found.as_of, name=name) as engine:
        for part in parts(definition):
            if part.is_written(folder):
                do(lambda: None, part.weight, engine.cancel)
                continue
            if part.side not in asked:
                days = definition.period if part.side == NOW else definition.compare
                asked[part.side] = question(definition, shops, days, engine)
            do(prepare(part, asked[part.side], definition.dimensions, folder), part.weight, engine.cancel)


def _gather(found: ReportRun, definition: Definition, folder: Path, do: Doing, attempt: str) -> None:
    """Put the parts together, and keep the number of rows and their totals with the run."""
    from ..measuring.columns import NOW, THEN
    from ..measuring.storing import GATHERING, gathering

    with gathering(definition, definition.period, definition.compare, folder) as together:
        stop, told = together.connection.interrupt, []
        do(lambda: told.append(together.group()), GATHERING - 1, stop)
        together.name([shop.pk for shop in found.shops])
        do(lambda: together.write(_gathered(found, attempt), by_name=not found.heading.get("is_as_of")), 1, stop)
        found.totals = {"now": together.totals(NOW)}
        if definition.compare:
            found.totals["then"] = together.totals(THEN)
    found.heading |= {"number": told[0]}
    found.rows = min(told[0], definition.limit or told[0])


def _gathered(found: ReportRun, attempt: str) -> Path:
    return folder_of(found) / f"rows-{attempt}.parquet"


def _placed(found: ReportRun, attempt: str) -> str:
    """Copy the rows of an attempt to where files are kept, under a name of its own; return that."""
    with _gathered(found, attempt).open("rb") as content:
        return private().save(f"{FOLDER}/{found.code}-{attempt}.parquet", File(content))


def _finish(found: ReportRun, place: str, *, at: datetime) -> None:
    """Keep the answer with the run; it never changes from then on."""
    found.file, found.ready_at, found.expires_at = place, at, at + KEPT
    found.save(update_fields=["file", "ready_at", "expires_at", "rows", "totals", "heading"])


def _tell(found: ReportRun, *, at: datetime) -> None:
    """Tell that a run is ready, by mail and to webhooks."""
    payload = {
        "merchant": found.merchant.code if found.merchant else "", "run": found.code, "report": found.name,
        "url": reverse(f"reports:api_{'run' if found.merchant else 'portfolio_run'}_rows", args=[found.code]),
    }  # fmt: skip
    outbox.publish("report.ready", key=found.code, payload=payload, at=at)


def forget(job: Job, report: Report) -> dict:
    """Delete files that have expired or that no run names, and parts of runs that will not go on (`forget_reports`)."""
    now = clock.now()
    expired = list(ReportRun.objects.filter(expires_at__lt=now).exclude(file=""))
    for found in expired:
        found.file.delete()
    alive = [Job.State.QUEUED, Job.State.RUNNING]
    left = ReportRun.objects.filter(job__finished_at__lt=now - STRAY).exclude(job__state__in=alive)
    folders = [folder for folder in map(folder_of, left.filter(ready_at=None)) if folder.exists()]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    strays = _strays(before=now - STRAY)
    for name in strays:
        private().delete(name)
    return {"files": len(expired) + len(strays), "parts": len(folders)}


def _strays(*, before: datetime) -> list[str]:
    """Return the files that no run names: those of workers that died between writing and telling."""
    storage = private()
    if not storage.exists(FOLDER):
        return []
    named = set(ReportRun.objects.exclude(file="").values_list("file", flat=True))
    names = {f"{FOLDER}/{name}" for name in storage.listdir(FOLDER)[1]} - named
    return sorted(name for name in names if storage.get_modified_time(name) < before)
