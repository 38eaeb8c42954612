"""Reports with a name: kept, shared, changed by whoever read them last, removed and brought back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q, QuerySet

from ..measuring.definition import parse
from .audience import Audience
from .models import ReportSchedule, SavedReport


class Outdated(Exception):
    """Somebody changed the report since it was read."""


def visible(audience: Audience) -> QuerySet[SavedReport]:
    """Return the reports that are there for somebody: shared ones and their own, by name."""
    mine = Q(made_by=audience.user) if audience.user else Q()
    rows = audience.saved().filter(Q(is_shared=True) | mine, removed_at=None)
    return rows.select_related("made_by", "schedule").order_by("name", "pk")


def removed(audience: Audience) -> QuerySet[SavedReport]:
    """Return the reports that somebody could bring back, the last removed first."""
    mine = Q(made_by=audience.user) if audience.user else Q()
    rows = audience.saved().filter(Q(is_shared=True) | mine, removed_at__isnull=False)
    return rows.order_by("-removed_at")


@transaction.atomic
def save(
    audience: Audience, *, name: str, definition: Mapping[str, Any], is_shared: bool = True, at: datetime
) -> SavedReport:
    """Keep a definition under a name; raises BadDefinition. What a program keeps is shared, for it is nobody's."""
    audience.require()
    report = SavedReport.objects.create(
        **audience.owner, currency=audience.currency, name=name, definition=parse(definition).document(),
        is_shared=is_shared or audience.user is None, made_by=audience.user, created_at=at, updated_at=at,
    )  # fmt: skip
    audience.note("report.save", target=report.code, at=at, name=name)
    return report


@transaction.atomic
def change(audience: Audience, report: SavedReport, *, version: int, at: datetime, **values: Any) -> SavedReport:
    """Change name, definition or sharing of the version that was read; raises Outdated, BadDefinition."""
    audience.require()
    if "definition" in values:
        values["definition"] = parse(values["definition"]).document()
    if values.get("is_shared") is False and (audience.user is None or report.made_by != audience.user):
        raise PermissionDenied
    found = SavedReport.objects.filter(pk=report.pk, version=version, removed_at=None)
    if not found.update(**values, version=F("version") + 1, updated_at=at):
        raise Outdated
    audience.note("report.change", target=report.code, at=at, changed=sorted(values))
    report.refresh_from_db()
    return report


@transaction.atomic
def remove(audience: Audience, report: SavedReport, *, at: datetime) -> None:
    """Remove a report and its schedule; its runs stay, and it can be brought back."""
    audience.require()
    if SavedReport.objects.filter(pk=report.pk, removed_at=None).update(removed_at=at):
        ReportSchedule.objects.filter(report=report).delete()
        audience.note("report.remove", target=report.code, at=at)


@transaction.atomic
def restore(audience: Audience, report: SavedReport, *, at: datetime) -> None:
    """Bring a removed report back, without its schedule."""
    audience.require()
    if SavedReport.objects.filter(pk=report.pk, removed_at__isnull=False).update(removed_at=None, updated_at=at):
        audience.note("report.restore", target=report.code, at=at)
