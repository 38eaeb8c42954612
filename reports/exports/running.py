"""Writing an export in the background: every row, or a refusal that says why; never a part of them."""

import tempfile
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.core.files import File
from django.utils import translation

from chengfeng import clock, sql
from chengfeng.jobs import Refused, Report
from chengfeng.models import Job

from ..models import Export
from .columns import COLUMNS
from .writing import TooManyRows, from_query

KEPT = timedelta(days=7)


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
    statement, params = table.query(export, at=now)
    columns = {column.name: str(column.label) for column in table.chosen(export)}
    (count,) = sql.row(*table.count(export, at=now))
    told = partial(_tell, report, count)
    told(0)
    try:
        return from_query(path, file_format=export.format, query=statement, params=params, columns=columns, told=told)
    except TooManyRows:
        raise Refused(translation.gettext("A sheet holds 1,048,575 rows; choose CSV or fewer days.")) from None


def _tell(report: Report, count: int, rows: int) -> None:
    """Report so many rows; those that came meanwhile lengthen the total."""
    report(rows, max(count, rows))


def forget(job: Job, report: Report) -> dict:
    """Delete the files that have expired; the job kind `forget_exports`."""
    expired = list(Export.objects.filter(expires_at__lt=clock.now()).exclude(file=""))
    for export in expired:
        export.file.delete()
    return {"deleted": len(expired)}
