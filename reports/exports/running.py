"""Writing an export in the background: every row, or a refusal that says why; never a part of them."""

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.core.files import File
from django.utils import translation

from chengfeng import clock
from chengfeng.jobs import Refused, Report
from chengfeng.models import Job

from ..models import Export
from .columns import COLUMNS
from .writing import SHEET_ROWS, WRITERS

KEPT = timedelta(days=7)
STEP = 1000


def run(job: Job, report: Report) -> dict:
    """Write the file of an export; the job kind `export`. Again writes it anew."""
    export = Export.objects.select_related("merchant").get(code=job.params["export"])
    now = clock.now()
    with translation.override(export.language or "en"), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{export.code}.{export.format}"
        rows = _write(export, path, now, report)
        with path.open("rb") as content:
            export.file.save(path.name, File(content), save=False)
        size = path.stat().st_size
    export.rows, export.ready_at, export.expires_at = rows, now, now + KEPT
    export.save()
    return {"rows": rows, "bytes": size}


def _write(export: Export, path: Path, now: datetime, report: Report) -> int:
    """Write heading and rows; return how many rows. Raises Refused where a sheet cannot hold them all."""
    table = COLUMNS[export.kind]
    count, rows = table.rows(export.merchant, export.first, export.last, now)
    if export.format == Export.Format.XLSX and count >= SHEET_ROWS:
        raise Refused(translation.gettext("A sheet holds 1,048,575 rows; choose CSV or fewer days."))
    chosen = [column for column in table.columns if column.name in export.columns]
    report(0, count)
    with WRITERS[export.format](path, zone=ZoneInfo(export.merchant.time_zone)) as write:
        write([str(column.label) for column in chosen])
        written = 0
        for row in _reported(rows, count, report):
            write([column.of(row) for column in chosen])
            written += 1
    report(written, max(count, written))
    return written


def _reported(rows: Iterator, count: int, report: Report) -> Iterator:
    """Yield the rows, reporting at every thousandth; rows that came meanwhile lengthen the total."""
    for number, row in enumerate(rows, start=1):
        yield row
        if number % STEP == 0:
            report(number, max(count, number))


def forget(job: Job, report: Report) -> dict:
    """Delete the files that have expired; the job kind `forget_exports`."""
    expired = list(Export.objects.filter(expires_at__lt=clock.now()).exclude(file=""))
    for export in expired:
        export.file.delete()
    return {"deleted": len(expired)}
