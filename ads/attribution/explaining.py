"""Why an order was credited as it was: every touch that was considered, taken or left, and the reason."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from chengfeng.money import ZERO

from ..models import Campaign, Conversion, Credit, Event, EventKind
from .presets import DEFAULT
from .rules import Rule
from .touching import TOKEN_LIFE

LOOK_BACK = timedelta(days=30)


class Why(TextChoices):
    TAKEN = "taken", _("Credited")
    INVALID = "invalid", _("The click was not valid")
    KIND = "kind", _("Views earn no credit under this rule")
    WINDOW = "window", _("Too long before the order")
    PREFERRED = "preferred", _("Another click was closer to the product or more recent")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A touch of the last 30 days: `elapsed` before the order, `amount` its net credit over all lines."""

    event: Event
    campaign: Campaign | None
    elapsed: timedelta
    why: Why
    amount: Decimal

    @property
    def is_taken(self) -> bool:
        return self.why == Why.TAKEN

    @property
    def at(self) -> datetime:
        return self.event.at


@dataclass(frozen=True, slots=True)
class Trail:
    """The attribution of one order: candidates newest first, and the credit entries as they were posted."""

    conversion: Conversion
    rule: Rule
    candidates: list[Candidate]
    credits: list[Credit]

    @property
    def amount(self) -> Decimal:
        """The part of the order that ads are credited with now, refunds taken back."""
        return sum((entry.amount for entry in self.credits), ZERO)


def explain(order_code: str, *, rule: Rule = DEFAULT) -> Trail | None:
    """Return the trail of a paid order, or None when no such order was recorded."""
    conversion = Conversion.objects.select_related("merchant").filter(order_code=order_code).first()
    if conversion is None:
        return None
    posted = list(
        Credit.objects.filter(line__conversion=conversion, rule=rule.name)
        .select_related("campaign", "line", "ad__product")
        .order_by("pk")
    )
    kinds = [EventKind.CLICK, EventKind.VIEWABLE]
    events = _events_before(conversion, LOOK_BACK).filter(kind__in=kinds).order_by("-at", "token", "kind")[:500]
    return Trail(conversion, rule, _candidates(conversion, rule, list(events), posted), posted)


def _candidates(conversion: Conversion, rule: Rule, events: list[Event], posted: list[Credit]) -> list[Candidate]:
    campaigns = Campaign.objects.in_bulk({event.campaign_id for event in events})
    return [
        Candidate(
            event, campaigns.get(event.campaign_id), conversion.at - event.at, _why(conversion, rule, event, mine),
            sum((entry.amount for entry in mine), ZERO),
        )
        for event in events
        for mine in [[c for c in posted if (c.event_day, c.token, c.touch) == (event.day, event.token, event.kind)]]
    ]  # fmt: skip


def _why(conversion: Conversion, rule: Rule, event: Event, mine: list[Credit]) -> Why:
    if sum((entry.share for entry in mine), ZERO):
        return Why.TAKEN
    if not event.is_valid:
        return Why.INVALID
    counted = rule.counted(event.kind)
    if counted is None:
        return Why.KIND
    if conversion.at - event.at > counted.window:
        return Why.WINDOW
    return Why.PREFERRED


def _events_before(conversion: Conversion, window: timedelta):
    """Return the events of the conversion's shopper at its merchant within `window` before it."""
    since = conversion.at - window
    return Event.objects.filter(
        shopper=conversion.shopper, merchant=conversion.merchant_id, at__gte=since, at__lte=conversion.at,
        day__gte=(since - TOKEN_LIFE).date(), day__lte=conversion.at.date(),
    )  # fmt: skip
