"""Where a promotion is in its life: planned, running, paused or ended."""

from datetime import datetime

from django.db import models
from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from .models import Promotion

State = Promotion.State


class Phase(models.TextChoices):
    RUNNING = "running", _("Running")
    PLANNED = "planned", _("Planned")
    PAUSED = "paused", _("Paused")
    ENDED = "ended", _("Ended")


def in_phase(promotions: QuerySet[Promotion], phase: Phase, *, at: datetime) -> QuerySet[Promotion]:
    """Keep the promotions that are in that phase at that instant."""
    return promotions.filter(_conditions(at)[phase])


def phase_of(promotion: Promotion, *, at: datetime) -> Phase:
    """Return the phase of a promotion that is loaded."""
    if promotion.state == State.ENDED or (promotion.ends_at and promotion.ends_at <= at):
        return Phase.ENDED
    if promotion.state == State.PAUSED:
        return Phase.PAUSED
    return Phase.PLANNED if promotion.starts_at > at else Phase.RUNNING


def counts(promotions: QuerySet[Promotion], *, at: datetime) -> dict[Phase, int]:
    """Return how many of some promotions are in each phase."""
    cases = [When(condition, then=Value(phase.value)) for phase, condition in _conditions(at).items()]
    found = promotions.annotate(phase=Case(*cases, output_field=CharField())).order_by()
    by_phase = dict(found.values_list("phase").annotate(models.Count("pk")))
    return {phase: by_phase.get(phase.value, 0) for phase in Phase}


def _conditions(at: datetime) -> dict[Phase, Q]:
    not_over = Q(ends_at=None) | Q(ends_at__gt=at)
    return {
        Phase.RUNNING: Q(state=State.ACTIVE, starts_at__lte=at) & not_over,
        Phase.PLANNED: Q(state=State.ACTIVE, starts_at__gt=at) & not_over,
        Phase.PAUSED: Q(state=State.PAUSED) & not_over,
        Phase.ENDED: Q(state=State.ENDED) | Q(ends_at__lte=at),
    }
