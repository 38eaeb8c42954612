"""Paths of a shop with much to read, in the background: reckoned once as of a moment, and kept with their job.

First the engine writes the different paths to a file, then they are counted; whoever was stopped goes on from the file.
"""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from ibis import Table

from chengfeng import clock, jobs
from chengfeng.jobs import Report
from chengfeng.models import Job
from shops.models import Merchant
from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import Access

from ..attending import attended
from ..engines import opened
from ..engines.engine import BATCH, Engine
from .question import PathQuestion, Pinned, pin
from .reckoning import Answer, Count, joined
from .telling import Paths, told

KIND = "reckon_paths"
ALIVE = [Job.State.QUEUED, Job.State.RUNNING]
JOINED, ALL = 50, 100  # per cent
STRAY = timedelta(days=1)  # how long the file of a failed run is kept for another try


def of(merchant: Merchant) -> QuerySet[Job]:
    """Return the runs of a shop, the latest first."""
    return Job.objects.filter(kind=KIND, owner=merchant.code).order_by("-created_at", "-pk")


@transaction.atomic
def ask(access: Access, question: PathQuestion, *, at: datetime) -> Job:
    """Have a question reckoned as of its own moment, or of now; return the run, one that is at it already if any."""
    access.require(Right.REPORTS_VIEW)
    asked = pin(question, access.merchant, at=at)
    told, as_of = asked.document(), asked.as_of.isoformat()
    same = Q(params__as_of=as_of, state__in=[*ALIVE, Job.State.DONE])
    known = of(access.merchant).filter(same if question.as_of else same | Q(state__in=ALIVE), params__asked=told)
    if found := known.first():
        return found
    by = access.user.code if access.user else ""
    job = jobs.enqueue(KIND, at=at, owner=access.merchant.code, requested_by=by, asked=told, as_of=as_of)
    record(access, "report.run", target=job.code, at=at)
    return job


@transaction.atomic
def cancel(access: Access, job: Job, *, at: datetime) -> bool:
    """Cancel a run that is not over; return whether it was cancelled."""
    cancelled = jobs.cancel(job, at=at)
    if cancelled:
        record(access, "report.cancel", target=job.code, at=at)
    return cancelled


@transaction.atomic
def retry(access: Access, job: Job, *, at: datetime) -> bool:
    """Let a failed run go on from where it failed; return whether it had failed."""
    retried = jobs.retry(job, at=at)
    if retried:
        record(access, "report.retry", target=job.code, at=at)
    return retried


def asked_by(job: Job) -> Pinned:
    """Return what a run answers."""
    return Pinned.of(job.params["asked"], job.params["as_of"])


def answer(job: Job, merchant: Merchant) -> Paths | None:
    """Return the answer of a run; None while there is none."""
    return told(asked_by(job), merchant, job.result) if job.state == Job.State.DONE else None


def run(job: Job, report: Report) -> Answer:
    """Reckon the paths that a job asks for; the job kind `reckon_paths`."""
    merchant, asked, file = Merchant.objects.get(code=job.owner), asked_by(job), folder_of(job) / "paths.parquet"
    forget(at=clock.now())
    if not file.exists():
        _join(asked, merchant, file, lambda: report(0, ALL))
    found = _counted(asked, file, report).answer(merchant.currency)
    report(ALL, ALL)
    shutil.rmtree(file.parent, ignore_errors=True)
    return found


def folder_of(job: Job) -> Path:
    """Return where a run writes."""
    return _root() / job.code


def _root() -> Path:
    return Path(settings.PRIVATE_ROOT) / "reports" / "paths"


def _join(asked: Pinned, merchant: Merchant, file: Path, beat: Callable[[], None]) -> None:
    """Write the different paths of a shop to a file, which is there only when it is whole."""
    beat()
    file.parent.mkdir(parents=True, exist_ok=True)
    with opened(merchants=[merchant.pk], as_of=asked.as_of) as engine:
        expression = joined(asked, merchant, engine)
        attended(lambda: _write(engine, expression, file), beat=beat, stop=engine.cancel)


def _write(engine: Engine, expression: Table, file: Path) -> None:
    unfinished = file.with_suffix(f".{uuid4().hex}.part")
    with pq.ParquetWriter(unfinished, expression.schema().to_pyarrow(), compression="zstd") as writer:
        for batch in engine.batches(expression):
            writer.write_batch(batch)
    unfinished.rename(file)


def _counted(asked: Pinned, file: Path, report: Report) -> Count:
    count, done = Count(asked.question.order), 0
    with pq.ParquetFile(file) as paths:
        for batch in paths.iter_batches(BATCH):
            report(JOINED + (ALL - JOINED) * done // paths.metadata.num_rows, ALL)
            count.add(batch)
            done += batch.num_rows
    return count


def forget(*, at: datetime) -> None:
    """Delete the files of runs that will not go on."""
    going = Q(state__in=ALIVE) | Q(state=Job.State.FAILED, finished_at__gte=at - STRAY)
    kept = set(Job.objects.filter(going, kind=KIND).values_list("code", flat=True))
    for folder in _root().glob("*"):
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)
