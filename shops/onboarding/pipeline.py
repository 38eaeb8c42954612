"""The pipeline: every brand a manager sees, how far it is, what is late and what stands in its way."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from chengfeng.periods import local_date

from ..people.models import Delegation, User
from ..tenancy import live_delegations
from .brands import visible_to
from .checklist import Line, lines
from .models import Brand
from .papers import current, has_run_out, missing, runs_out_soon
from .steps import Step

ENDS_SOON = timedelta(days=14)
FILTERS = ("open", "late", "handed_over")


@dataclass(frozen=True, slots=True)
class Stage:
    """How a brand stands: its checklist, the step at hand, what is in the way."""

    brand: Brand
    lines: list[Line]
    blockers: list[str]
    warnings: list[str]

    @property
    def done(self) -> int:
        return sum(line.done is not None for line in self.lines)

    @property
    def next(self) -> Line | None:
        return next((line for line in self.lines if not line.done), None)

    @property
    def is_late(self) -> bool:
        return any(line.is_late for line in self.lines)

    @property
    def late_since(self) -> datetime | None:
        return min((line.due_at for line in self.lines if line.is_late), default=None)


def stages(user: User, *, at: datetime, show: str = "", search: str = "") -> list[Stage]:
    """Return the stages of the brands a person sees: late ones first, the longest late on top, then by due date.

    `show` is one of FILTERS or empty for all; `search` looks into company, shop and contact.
    """
    found = [stage(brand, at=at) for brand in _filled(_matching(visible_to(user, at=at), search), at=at)]
    kept = [stage for stage in found if _shows(stage, show)]
    return sorted(kept, key=lambda stage: (stage.late_since or at, stage.brand.due_at, stage.brand.pk))


def stage_of(brand: Brand, *, at: datetime) -> Stage:
    """Return the stage of one brand."""
    return stage(_filled(Brand.objects.filter(pk=brand.pk), at=at).get(), at=at)


def _matching(brands: QuerySet[Brand], search: str) -> QuerySet[Brand]:
    if not search:
        return brands
    words = Q(company__icontains=search) | Q(merchant__name__icontains=search) | Q(merchant__name_en__icontains=search)
    return brands.filter(words | Q(contact_name__icontains=search) | Q(contact_email__icontains=search))


def _filled(brands: QuerySet[Brand], *, at: datetime) -> QuerySet[Brand]:
    lent = Prefetch("merchant__delegations", live_delegations(at=at), to_attr="live_delegations")
    return brands.select_related("merchant", "manager").prefetch_related(
        "merchant__steps_done__by", "merchant__documents", lent
    )


def _shows(stage: Stage, show: str) -> bool:
    is_open = stage.brand.handed_over_at is None
    return {"open": is_open, "late": stage.is_late, "handed_over": not is_open}.get(show, True)


def stage(brand: Brand, *, at: datetime) -> Stage:
    """Return the stage of a brand whose rows are fetched already."""
    checklist = lines(brand, brand.merchant.steps_done.all(), at=at)
    return Stage(brand, checklist, list(_blockers(brand, checklist, at)), list(_warnings(brand, at)))


def _blockers(brand: Brand, checklist: list[Line], at: datetime):
    today = local_date(at, brand.merchant.time_zone)
    papers = brand.merchant.documents.all()
    if any(line.step == Step.DOCUMENTS and not line.done for line in checklist):
        yield from (_("Missing: %(paper)s") % {"paper": paper} for paper in missing(papers, today=today))
    for paper in current(papers).values():
        if has_run_out(paper, today=today):
            yield _("%(paper)s has run out") % {"paper": paper.get_kind_display()}
    if not brand.handed_over_at and not _delegation_of(brand):
        yield _("Your delegation has run out")


def _warnings(brand: Brand, at: datetime):
    today = local_date(at, brand.merchant.time_zone)
    for paper in current(brand.merchant.documents.all()).values():
        if runs_out_soon(paper, today=today):
            days = (paper.expires_date - today).days
            yield _("%(paper)s runs out in %(days)s days") % {"paper": paper.get_kind_display(), "days": days}
    delegation = _delegation_of(brand)
    if delegation and not brand.handed_over_at and delegation.expires_at <= at + ENDS_SOON:
        yield _("Your delegation ends soon")


def _delegation_of(brand: Brand) -> Delegation | None:
    """Return the manager's own live delegation that lasts longest."""
    his = [lent for lent in brand.merchant.live_delegations if lent.delegate_id == brand.manager_id]
    return max(his, key=lambda lent: lent.expires_at, default=None)
