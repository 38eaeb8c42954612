"""Asking for an export, and thinking better of it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import get_language

from chengfeng import jobs
from shops.people.audit import record
from shops.tenancy import Access

from ..models import Export
from .columns import COLUMNS, columns_of


@transaction.atomic
def ask(
    access: Access, *, kind: str, file_format: str, first: date, last: date, columns: Sequence[str] = (), at: datetime
) -> Export:
    """Write the export and its job; no columns means all of them, and the order is always the same.

    Raises PermissionDenied where the rows are not to be seen, ValueError for a column that the kind has not.
    """
    access.require(COLUMNS[kind].right)
    known = columns_of(kind)
    if unknown := [name for name in columns if name not in known]:
        raise ValueError(f"{kind} has no column {unknown[0]}")
    export = Export.objects.create(
        merchant=access.merchant, kind=kind, format=file_format, first=first, last=last,
        columns=[name for name in known if name in columns] or known, language=get_language() or "",
        requested_by=access.user, requested_at=at,
    )  # fmt: skip
    by = access.user.code if access.user else ""
    export.job = jobs.enqueue("export", at=at, owner=access.merchant.code, requested_by=by, export=export.code)
    export.save(update_fields=["job"])
    record(access, "export.ask", target=export.code, at=at, kind=kind, first=str(first), last=str(last))
    return export


def cancel(access: Access, export: Export, *, at: datetime) -> bool:
    """Cancel an export that is not ready; return whether it was cancelled."""
    cancelled = bool(export.job) and jobs.cancel(export.job, at=at)
    if cancelled:
        record(access, "export.cancel", target=export.code, at=at)
    return cancelled
