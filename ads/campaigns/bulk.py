"""Bulk edit: the same changes to many campaigns, shown as a diff first and carried out as it was shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from chengfeng.money import minor_unit
from chengfeng.periods import local_date
from shops.models import Merchant
from shops.tenancy import Access, own

from ..models import Campaign
from . import approval, changing, parts
from .changing import Asked, Illegal, Operation, Result, Source, new_batch
from .judging import judge
from .members import AMOUNTS, encode
from .rules import Errors
from .values import legible, number

MOST = 500  # campaigns at once
HUNDREDTH = Decimal("0.01")
HIGHEST_RAISE, HIGHEST_LOWERING = 900, 99  # per cent
SETTABLE = frozenset(
    {
        "state", "daily_budget", "total_budget", "bid", "target_cost", "target_roi", "roi_on", "pacing", "placements",
        "frequency_cap", "starts_at", "ends_at", "hours", "modifiers", "promotion_days",
    }
)  # fmt: skip
LISTED = frozenset({"placements", "promotion_days", "modifiers"})


class Action(TextChoices):
    """What is done to a member."""

    SET = "set", _("Set to")
    RAISE = "raise", _("Raise by %")
    LOWER = "lower", _("Lower by %")
    ADD = "add", _("Add")
    REMOVE = "remove", _("Remove")


@dataclass(frozen=True, slots=True)
class Edit:
    """One step: a member, what is done to it, and the value or per cent to do it with (None empties it)."""

    member: str
    action: Action
    value: Any = None


@dataclass(frozen=True, slots=True)
class BulkEdit:
    """Steps for every chosen campaign, in their order."""

    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """What a bulk edit would do to one campaign as of `version`: members before and after, or why it cannot."""

    campaign: Campaign
    version: int
    before: dict[str, Any]
    after: dict[str, Any]
    errors: Errors = field(default_factory=dict)
    waits: bool = False

    @property
    def changes(self) -> bool:
        return bool(self.after)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a bulk edit: its batch, by which it can be undone, and a result for each campaign."""

    batch: str
    results: list[Result]


def plan(access: Access, campaigns: Sequence[Campaign], edit: BulkEdit, *, at: datetime) -> list[Diff]:
    """Return what an edit would do to each campaign, without doing it. Raises Illegal when the edit makes no sense."""
    require_sense(edit, len(campaigns))
    approval.prepare(campaigns)
    limit = approval.limit_of(access.merchant.pk)
    today = local_date(at, access.merchant.time_zone)
    return [_diff(access.merchant, campaign, edit, limit, today) for campaign in campaigns]


def _diff(merchant: Merchant, campaign: Campaign, edit: BulkEdit, limit: Decimal | None, today: date) -> Diff:
    known = _known(campaign, edit)
    wanted = wanted_of(known, edit, merchant.currency)
    errors = judge(campaign, wanted) if wanted else {}
    waits = not errors and bool(wanted) and approval.is_needed(campaign, wanted, limit=limit, today=today)
    return Diff(campaign, campaign.version, {name: known[name] for name in wanted}, wanted, errors, waits)


def _known(campaign: Campaign, edit: BulkEdit) -> dict[str, Any]:
    return parts.read(campaign, {step.member for step in edit.edits})


def carry_out(access: Access, versions: Mapping[str, int], edit: BulkEdit, *, at: datetime, reason: str = "") -> Done:
    """Do to campaigns, given by code with the version their diff was shown for, what the diff showed.

    A campaign that has changed meanwhile is left alone and says so; the others are changed, or wait for a second
    person. Raises Illegal when the edit makes no sense.
    """
    require_sense(edit, len(versions))
    chosen = own(Campaign, access.merchant).filter(code__in=versions).order_by("pk")
    chosen = chosen.prefetch_related("modifiers", "promotion_days")
    currency = access.merchant.currency
    asked = [
        Asked(campaign, wanted_of(_known(campaign, edit), edit, currency), versions[campaign.code])
        for campaign in chosen
    ]
    operation = Operation(source=Source.BULK, batch=new_batch(), reason=reason)
    return Done(operation.batch, changing.carry_out(access, asked, at=at, operation=operation))


def require_sense(edit: BulkEdit, campaigns: int) -> None:
    """Raise Illegal for too many campaigns, unknown members, and actions that a member does not know."""
    if not edit.edits:
        raise Illegal({"edits": _("Say what is to be changed.")})
    if campaigns > MOST:
        raise Illegal({"campaigns": _("At most %(most)d campaigns at once.") % {"most": MOST}})
    for step in edit.edits:
        if step.member not in SETTABLE:
            raise Illegal({step.member: _("This is not changed in bulk.")})
        if not _knows(step):
            raise Illegal({step.member: _("This cannot be done to it.")})


def _knows(step: Edit) -> bool:
    """Tell whether the member takes the action with such a value."""
    try:
        if step.action in (Action.RAISE, Action.LOWER):
            most = HIGHEST_RAISE if step.action == Action.RAISE else HIGHEST_LOWERING
            return step.member in AMOUNTS and 0 < number(step.value) <= most
        legible(step.member, step.value)
    except ValueError:
        return False
    return step.action == Action.SET or step.member in LISTED


def wanted_of(known: Mapping[str, Any], edit: BulkEdit, currency: str) -> dict[str, Any]:
    """Return the members that an edit would change, as they would be, of what is known of a campaign."""
    after = dict(known)
    for step in edit.edits:
        after[step.member] = _after(after[step.member], step, currency)
    return {name: value for name, value in after.items() if value != known[name]}


def _after(value: Any, step: Edit, currency: str) -> Any:
    if step.action in (Action.RAISE, Action.LOWER):
        return None if value is None else _moved(Decimal(value), step, currency)
    if step.action in (Action.ADD, Action.REMOVE):
        return _listed(value, step)
    return legible(step.member, step.value)


def _moved(amount: Decimal, step: Edit, currency: str) -> str:
    """Raise or lower an amount by so many per cent, to the currency's coins, a ROI to hundredths; never to nothing."""
    unit = HUNDREDTH if step.member == "target_roi" else minor_unit(currency)
    percent = number(step.value) if step.action == Action.RAISE else -number(step.value)
    moved = (amount * (100 + percent) / 100).quantize(unit, rounding=ROUND_HALF_UP)
    return encode(step.member, max(moved, unit))


def _listed(value: list | dict, step: Edit) -> Any:
    given = legible(step.member, step.value)
    if isinstance(value, dict):
        kept = {name: percent for name, percent in value.items() if name not in given}
        return encode(step.member, kept | (given if step.action == Action.ADD else {}))
    kept = [each for each in value if each not in given]
    return encode(step.member, [*kept, *given] if step.action == Action.ADD else kept)
