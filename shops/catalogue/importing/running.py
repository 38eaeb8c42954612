"""A run over a catalogue file: asked for, tried out, applied, resumed where it was interrupted, cancelled."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.core.files import File
from django.db import transaction
from django.utils import translation
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from chengfeng import clock, jobs
from chengfeng.models import Job

from ...onboarding.checklist import reach
from ...onboarding.steps import Step
from ...people.models import Merchant, User
from ..categories import CategoryIndex
from ..models import ImportRun
from . import problems, reading
from .batches import Batch
from .columns import recognise
from .items import Item, RowReader

BATCH = 1000


def import_file(
    merchant: Merchant, file: str | Path | BinaryIO, *, is_dry: bool, at: datetime, by: User | None = None
) -> ImportRun:
    """Read a catalogue file here and now, without a worker; return the finished run.

    Raises FileRefused when nothing of the file can be read.
    """
    if isinstance(file, str | Path):
        with Path(file).open("rb") as opened:
            return import_file(merchant, opened, is_dry=is_dry, at=at, by=by)
    name = Path(getattr(file, "name", None) or "catalogue.csv").name
    run = _store(merchant, File(file), name=name, is_dry=is_dry, at=at, by=by)
    read(run, at=at)
    return run


@transaction.atomic
def request_import(
    *, merchant: Merchant, file: File, name: str, is_dry: bool, at: datetime, by: User | None = None
) -> ImportRun:
    """Store a file and have a worker read it."""
    run = _store(merchant, file, name=name, is_dry=is_dry, at=at, by=by)
    _enqueue(run, at=at)
    return run


@transaction.atomic
def apply(rehearsal: ImportRun, *, at: datetime, by: User | None = None) -> ImportRun:
    """Import for real what a finished dry run has read; asked again, continue what was cancelled or has failed."""
    run, is_new = ImportRun.objects.select_for_update(of=("self",)).get_or_create(
        rehearsal=rehearsal,
        defaults={
            "merchant": rehearsal.merchant, "file": rehearsal.file.name, "file_name": rehearsal.file_name,
            "is_dry": False, "requested_by": by, "created_at": at,
        },
    )  # fmt: skip
    if is_new or (not run.finished_at and run.job and run.job.is_over):
        _enqueue(run, at=at)
    return run


def cancel(run: ImportRun, *, at: datetime) -> bool:
    """Stop a run after its current batch; what it has brought in stays. Return whether there was anything to stop."""
    return bool(run.job and jobs.cancel(run.job, at=at))


def run(job: Job, report: jobs.Report) -> dict:
    """Read the file of a job, as the worker does."""
    asked = ImportRun.objects.select_related("merchant").get(job=job)
    with translation.override(job.params.get("language") or None):
        read(asked, at=clock.now(), report=report)
    return {"run": asked.code}


def read(run: ImportRun, *, at: datetime, report: jobs.Report = lambda progress, total: None) -> None:
    """Read the file of a run in batches, each with its counts and problems in a transaction of its own.

    A real run that was interrupted goes on after its last batch; a dry run begins anew.
    """
    if run.finished_at:
        return
    if run.is_dry:
        _begin_anew(run)
    with closing(run.file.open("rb")) as file:
        found = reading.survey(file.file)
        records = reading.records(file.file, found)
        _read_batches(run, found, records, at=at, report=report)
    report(found.lines, found.lines)


def _read_batches(run: ImportRun, found: reading.Survey, records: Iterator, *, at: datetime, report) -> None:
    layout = recognise(next(records, (1, []))[1] or [], currency=run.merchant.currency)
    if layout.first_row == 1:
        records = reading.records(run.file.file.file, found)
    run.digest, run.dialect = found.digest, layout.dialect
    categories = CategoryIndex()
    rows = RowReader(layout, currency=run.merchant.currency, categories=categories)
    filled = ((number, cells) for number, cells in records if cells is None or any(map(str.strip, cells)))
    described: set[str] = set()
    done = 0
    while batch := list(islice(filled, BATCH)):
        items, troubles = _parse(rows, batch)
        done += len(batch)
        if done <= run.rows:  # brought in before an interruption
            described.update(item.group or item.sku for item in items)
            continue
        report(done, found.lines)
        with transaction.atomic():
            matched = Batch(
                items, run.merchant, layout, categories, described, run.is_dry, f"import:{run.code}", at,
                run.requested_by,
            )  # fmt: skip
            matched.apply()
            _note_progress(run, matched, [*troubles, *matched.problems], rows=len(batch))
    _finish(run, rows, at=at)


def _parse(rows: RowReader, batch: list) -> tuple[list[Item], list[problems.Problem]]:
    items, troubles = [], []
    for number, cells in batch:
        item, found = rows.read(number, cells)
        troubles += found
        if item:
            items.append(item)
    return items, troubles


def _note_progress(run: ImportRun, batch: Batch, troubles: list[problems.Problem], *, rows: int) -> None:
    run.rows += rows
    run.created += batch.created
    run.updated += batch.updated
    run.unchanged += batch.unchanged
    run.refused = run.rows - run.created - run.updated - run.unchanged
    run.save(update_fields=["rows", "created", "updated", "unchanged", "refused", "digest", "dialect"])
    problems.keep(run, sorted(troubles, key=lambda problem: problem.row))


@transaction.atomic
def _finish(run: ImportRun, rows: RowReader, *, at: datetime) -> None:
    run.notices = _notices(run, rows)
    run.finished_at = at
    run.save(update_fields=["digest", "dialect", "notices", "finished_at"])
    if not run.is_dry and run.created:
        reach(run.merchant, Step.CATALOGUE, at=at, by=run.requested_by, fact=run.code)


def _notices(run: ImportRun, rows: RowReader) -> list[str]:
    """Return what is worth saying of the file as a whole."""
    notices = []
    earlier = ImportRun.objects.filter(
        merchant=run.merchant, digest=run.digest, is_dry=False, finished_at__isnull=False
    ).exclude(pk=run.pk)  # fmt: skip
    if earlier.exists():
        notices.append(_("The same file was imported before; what has not changed since stays as it is."))
    if links := rows.notices["links"]:
        text = ngettext(
            "%(count)s row links to a picture. Links are not fetched; upload pictures on the product's page.",
            "%(count)s rows link to pictures. Links are not fetched; upload pictures on the product's page.",
            links,
        )
        notices.append(text % {"count": links})
    return notices


def _store(merchant: Merchant, file: File, *, name: str, is_dry: bool, at: datetime, by: User | None) -> ImportRun:
    """Copy the file to a private place under a name of our own; raises FileRefused when it is too large."""
    if file.size > reading.MAX_BYTES:
        raise reading.FileRefused(_("The file is larger than %(limit)s MB.") % {"limit": reading.MAX_BYTES >> 20})
    run = ImportRun(merchant=merchant, file_name=name[-200:], is_dry=is_dry, requested_by=by, created_at=at)
    run.file.save(f"{run.code}.csv", file, save=False)
    run.save()
    return run


def _enqueue(run: ImportRun, *, at: datetime) -> None:
    by = run.requested_by.code if run.requested_by else ""
    run.job = jobs.enqueue(
        "catalogue_import", at=at, owner=run.merchant.code, requested_by=by, language=get_language() or ""
    )
    run.save(update_fields=["job"])


def _begin_anew(run: ImportRun) -> None:
    run.rows = run.created = run.updated = run.unchanged = run.refused = 0
    run.problems.all().delete()
