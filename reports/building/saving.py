"""Reports with a name: kept, shared, changed by whoever read them last, removed and brought back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q, QuerySet

from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import Access, own

from ..measuring.definition import parse
from .models import ReportSchedule, SavedReport


class Outdated(Exception):
    """Somebody changed the report since it was read."""


def visible(access: Access) -> QuerySet[SavedReport]:
    """Return the reports that are there for somebody: shared ones and their own, by name."""
    mine = Q(made_by=access.user) if access.user else Q()
    rows = own(SavedReport, access.merchant).filter(Q(is_shared=True) | mine, removed_at=None)
    return rows.select_related("made_by", "schedule").order_by("name", "pk")


def removed(access: Access) -> QuerySet[SavedReport]:
    """Return the reports that somebody could bring back, the last removed first."""
    mine = Q(made_by=access.user) if access.user else Q()
    rows = own(SavedReport, access.merchant).filter(Q(is_shared=True) | mine, removed_at__isnull=False)
    return rows.order_by("-removed_at")


@transaction.atomic
def save(
    access: Access, *, name: str, definition: Mapping[str, Any], is_shared: bool = True, at: datetime
) -> SavedReport:
    """Keep a definition under a name; raises BadDefinition. What a program keeps is shared, for it is nobody's."""
    access.require(Right.REPORTS_VIEW)
    report = SavedReport.objects.create(
        merchant=access.merchant, name=name, definition=parse(definition).document(),
        is_shared=is_shared or access.user is None, made_by=access.user, created_at=at, updated_at=at,
    )  # fmt: skip
    record(access, "report.save", target=report.code, at=at, name=name)
    return report


@transaction.atomic
def change(access: Access, report: SavedReport, *, version: int, at: datetime, **values: Any) -> SavedReport:
    """Change name, definition or sharing of the version that was read; raises Outdated, BadDefinition."""
    access.require(Right.REPORTS_VIEW)
    if "definition" in values:
        values["definition"] = parse(values["definition"]).document()
    if values.get("is_shared") is False and report.made_by != access.user:
        raise PermissionDenied
    found = SavedReport.objects.filter(pk=report.pk, version=version, removed_at=None)
    if not found.update(**values, version=F("version") + 1, updated_at=at):
        raise Outdated
    record(access, "report.change", target=report.code, at=at, changed=sorted(values))
    report.refresh_from_db()
    return report


@transaction.atomic
def remove(access: Access, report: SavedReport, *, at: datetime) -> None:
    """Remove a report and its schedule; its runs stay, and it can be brought back."""
    access.require(Right.REPORTS_VIEW)
    if SavedReport.objects.filter(pk=report.pk, removed_at=None).update(removed_at=at):
        ReportSchedule.objects.filter(report=report).delete()
        record(access, "report.remove", target=report.code, at=at)


@transaction.atomic
def restore(access: Access, report: SavedReport, *, at: datetime) -> None:
    """Bring a removed report back, without its schedule."""
    access.require(Right.REPORTS_VIEW)
    if SavedReport.objects.filter(pk=report.pk, removed_at__isnull=False).update(removed_at=None, updated_at=at):
        record(access, "report.restore", target=report.code, at=at)
