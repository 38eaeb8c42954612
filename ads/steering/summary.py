"""What a campaign's steering comes to, for its pages and programs: phase, progress, and what could be done."""

from dataclasses import dataclass

from ..models import Campaign, Steering, SteeringStep
from .explaining import advice, progress
from .judging import LOWEST
from .phases import FEWEST_ORDERS


@dataclass(frozen=True, slots=True)
class Summary:
    """A campaign's steering at a glance; `steering` and `newest` are None before the first look."""

    steering: Steering | None
    newest: SteeringStep | None
    orders: float
    progress: str
    advice: list[str]
    is_manual: bool


def summary(campaign: Campaign) -> Summary:
    """Return the summary of a campaign, in two statements."""
    steering = Steering.objects.filter(campaign=campaign).first()
    newest = SteeringStep.objects.filter(campaign=campaign).order_by("-at", "-pk").first()
    orders = steering.state.get("orders", 0) if steering else 0
    return Summary(
        steering, newest, orders, progress(steering, orders), advice(steering, is_unreachable=_is_unreachable(newest)),
        campaign.is_manual,
    )  # fmt: skip


def _is_unreachable(step: SteeringStep | None) -> bool:
    """Whether bids had come down as far as they may at the newest step, with orders enough to tell."""
    return step is not None and step.conversions >= FEWEST_ORDERS and step.details.get("made_up", 1) <= LOWEST
