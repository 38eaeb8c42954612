"""Which version of each model serves now, or why counts answer in its place."""

from dataclasses import dataclass

from django.db.models import Max, TextChoices
from django.utils.translation import gettext_lazy as _

from ..models import AdDay, PredictionModel
from .checking import Refusal
from .counted import Counted
from .loading import is_too_old

Kind, State = PredictionModel.Kind, PredictionModel.State


class Fallback(TextChoices):
    """Why smoothed counts answer instead of a model."""

    NONE_YET = "none_yet", _("No version has been trained yet.")
    NONE_PASSED = "none_passed", _("No version has passed its check yet.")
    TOO_OLD = "too_old", _("The version is more than two days behind the counts.")


@dataclass(frozen=True)
class Standing:
    """A kind of model: the version that would serve, the newest one, and why none does, if so."""

    kind: Kind
    model: PredictionModel | None
    newest: PredictionModel | None
    fallback: Fallback | None


def standings() -> list[Standing]:
    """Return where each kind of model stands."""
    counted = Counted(day=AdDay.objects.aggregate(day=Max("day"))["day"])
    return [_standing(kind, counted) for kind in Kind]


def _standing(kind: Kind, counted: Counted) -> Standing:
    versions = PredictionModel.objects.filter(kind=kind).defer("weights")
    newest, model = versions.order_by("-version").first(), versions.filter(state=State.SERVING).first()
    return Standing(kind, model, newest, _fallback(model, newest, counted))


def _fallback(model: PredictionModel | None, newest: PredictionModel | None, counted: Counted) -> Fallback | None:
    if model is None:
        return Fallback.NONE_PASSED if newest else Fallback.NONE_YET
    return Fallback.TOO_OLD if is_too_old(model.trained_through, counted) else None


def reason(model: PredictionModel) -> str:
    """Return in words why a version was rejected."""
    return Refusal(model.note).label if model.note in Refusal else ""
