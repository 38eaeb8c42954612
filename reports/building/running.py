"""Running a report: family by family into files, then all of them as one; whoever is stopped goes on from there."""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.urls import reverse

from chengfeng import clock, outbox
from chengfeng.jobs import Report
from chengfeng.models import Job

from ..attending import attended
from ..measuring.asking import question
from ..measuring.definition import Definition, parse
from .models import ReportRun

KEPT = timedelta(days=35)

Work = Callable[[], object]
Doing = Callable[[Work, int, Callable[[], None]], None]  # the work, its weight, and what stops it


def run(job: Job, report: Report) -> dict:
    """Answer a run in the background; the job kind `run_report`."""
    found = ReportRun.objects.select_related("merchant").get(code=job.params["run"])
    if found.ready_at:
        return {"rows": found.rows}
    now = clock.now()
    ReportRun.objects.filter(pk=found.pk, began_at=None).update(began_at=now)
    _answer(found, _reported(found, report))
    with transaction.atomic():
        finish(found, at=clock.now())
        _tell(found, at=found.ready_at)
    return {"rows": found.rows}


def answer(found: ReportRun, *, at: datetime) -> None:
    """Answer a run here and now, by the engine that is the quickest where there is little to read."""
    _answer(found, lambda work, weight, stop: work(), engine="postgres")
    finish(found, at=at)


def folder_of(found: ReportRun) -> Path:
    """Return where the parts of a run are written."""
    return Path(settings.PRIVATE_ROOT) / "reports" / "parts" / found.code


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


def _answer(found: ReportRun, do: Doing, engine: str | None = None) -> None:
    """Write parts that are not there yet, then all of them as one."""
    definition, folder = parse(found.definition), folder_of(found)
    folder.mkdir(parents=True, exist_ok=True)
    _write_parts(found, definition, folder, do, engine)
    _gather(found, definition, folder, do)


def _write_parts(found: ReportRun, definition: Definition, folder: Path, do: Doing, name: str | None) -> None:
    from ..engines import opened
    from ..measuring.columns import NOW
    from ..measuring.storing import parts, prepare

    asked = {}
    with opened(merchants=[found.merchant_id], as_of=found.as_of, name=name) as engine:
        for part in parts(definition):
            if part.is_written(folder):
                do(lambda: None, part.weight, engine.cancel)
                continue
            if part.side not in asked:
                days = definition.period if part.side == NOW else definition.compare
                asked[part.side] = question(definition, [found.merchant], days, engine)
            do(prepare(part, asked[part.side], definition.dimensions, folder), part.weight, engine.cancel)


def _gather(found: ReportRun, definition: Definition, folder: Path, do: Doing) -> None:
    """Put the parts together, and keep rows, their number and their totals with the run."""
    from ..measuring.columns import NOW, THEN
    from ..measuring.storing import GATHERING, gathering

    target = folder / "rows.parquet"
    with gathering(definition, definition.period, definition.compare, folder) as together:
        stop, told = together.connection.interrupt, []
        do(lambda: told.append(together.group()), GATHERING - 1, stop)
        together.name([found.merchant_id])
        do(lambda: together.write(target), 1, stop)
        found.totals = {"now": together.totals(NOW)}
        if definition.compare:
            found.totals["then"] = together.totals(THEN)
    found.heading |= {"number": told[0]}
    found.rows = min(told[0], definition.limit or told[0])


def finish(found: ReportRun, *, at: datetime) -> None:
    """Keep the file that was written, once, and let go of the parts."""
    folder = folder_of(found)
    with (folder / "rows.parquet").open("rb") as content:
        found.file.save(f"{found.code}.parquet", File(content), save=False)
    found.ready_at, found.expires_at = at, at + KEPT
    found.save(update_fields=["file", "ready_at", "expires_at", "rows", "totals", "heading"])
    shutil.rmtree(folder, ignore_errors=True)


def _tell(found: ReportRun, *, at: datetime) -> None:
    """Tell that a run is ready, by mail and to webhooks."""
    payload = {
        "merchant": found.merchant.code, "run": found.code, "report": found.name,
        "url": reverse("reports:api_run_rows", args=[found.code]),
    }  # fmt: skip
    outbox.publish("report.ready", key=found.code, payload=payload, at=at)


def forget(job: Job, report: Report) -> dict:
    """Delete files that have expired, and parts of runs that will not go on; the job kind `forget_reports`."""
    now = clock.now()
    expired = list(ReportRun.objects.filter(expires_at__lt=now).exclude(file=""))
    for found in expired:
        found.file.delete()
    alive = [Job.State.QUEUED, Job.State.RUNNING]
    left = ReportRun.objects.filter(job__finished_at__lt=now - timedelta(days=1)).exclude(job__state__in=alive)
    folders = [folder for folder in map(folder_of, left.filter(ready_at=None)) if folder.exists()]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    return {"files": len(expired), "parts": len(folders)}
