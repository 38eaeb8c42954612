"""The one way by which campaigns change: locked, judged by the rules and the limit, written down with both sides."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import new_code
from chengfeng.periods import local_date
from shops.onboarding.checklist import reach
from shops.onboarding.steps import Step
from shops.people.audit import record
from shops.tenancy import Access, own

from ..models import Campaign, Change, Proposal
from . import approval, parts
from .budgets import renew_days, renew_totals
from .judging import judge
from .proposing import Wish, outdate, propose
from .rules import Errors

Source, State = Change.Source, Campaign.State


class EditConflict(Exception):
    """Somebody else has changed the campaign since it was read. Nothing was changed."""


class Illegal(Exception):
    """A campaign cannot be set so: `errors` maps each member to the rule that it breaks.

    Nothing was changed, but for what `changed` names, of several that were asked for together.
    """

    def __init__(self, errors: Errors, *, changed: Sequence[str] = ()):
        self.errors, self.changed = errors, list(changed)
        super().__init__(", ".join(errors))


class WaitsForApproval(Exception):
    """A second person has to approve: what was asked waits as `proposals`; `changed` are codes that did change."""

    def __init__(self, *proposals: Proposal, changed: Sequence[str] = ()):
        self.proposals, self.changed = proposals, list(changed)
        super().__init__(*(proposal.code for proposal in proposals))

    @property
    def proposal(self) -> Proposal:
        return self.proposals[0]


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants of a campaign: members as they are kept; `version` None takes the campaign as it is."""

    campaign: Campaign
    wanted: Mapping[str, Any]
    version: int | None = None


class Outcome(TextChoices):
    """What became of a change that was asked for."""

    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Nothing to change")
    WAITS = "waits", _("Waits for approval")
    CONFLICT = "conflict", _("Changed by somebody else meanwhile")
    REFUSED = "refused", _("Not allowed")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of it: a change, a proposal that waits, errors, a conflict – or nothing, where all was so already."""

    campaign: Campaign
    change: Change | None = None
    proposal: Proposal | None = None
    errors: Errors = field(default_factory=dict)
    is_conflict: bool = False

    @property
    def outcome(self) -> Outcome:
        if self.is_conflict:
            return Outcome.CONFLICT
        if self.errors:
            return Outcome.REFUSED
        if self.proposal:
            return Outcome.WAITS
        return Outcome.CHANGED if self.change else Outcome.UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """By what changes came about; an approved one no longer waits, `undoes` is the change that it takes back."""

    source: Source = Source.PAGE
    batch: str = ""
    undoes: Change | None = None
    is_approved: bool = False
    reason: str = ""


def carry_out(access: Access, asked: Sequence[Asked], *, at: datetime, operation: Operation) -> list[Result]:
    """Change campaigns of the merchant in one transaction, each if it can be; return what became of each, in order.

    Whoever raises after a refusal must do so outside: proposals are rows of the same transaction.
    """
    with transaction.atomic():
        locked = lock(access, [each.campaign.pk for each in asked])
        approval.prepare(locked.values())
        limit = approval.limit_of(access.merchant.pk)
        results = [_one(access, locked[each.campaign.pk], each, limit, at, operation) for each in asked]
        return _finish(access, results, at, operation)


def change_one(access: Access, asked: Asked, *, at: datetime, operation: Operation) -> Change | None:
    """Change one campaign and read it anew; return the change, or None where all was so already.

    Raises EditConflict, Illegal, or WaitsForApproval.
    """
    result = carry_out(access, [asked], at=at, operation=operation)[0]
    if result.is_conflict:
        raise EditConflict
    if result.errors:
        raise Illegal(result.errors)
    if result.proposal:
        raise WaitsForApproval(result.proposal)
    asked.campaign.refresh_from_db()
    return result.change


def change_all(access: Access, asked: Sequence[Asked], *, at: datetime, operation: Operation) -> list[Campaign]:
    """Change several campaigns in one transaction, each if it can be; return those that changed.

    Raises WaitsForApproval when some wait for a second person, else Illegal when some cannot be so; both name by code
    what has changed nevertheless.
    """
    results = carry_out(access, asked, at=at, operation=operation)
    changed = [result.campaign for result in results if result.change]
    codes = [campaign.code for campaign in changed]
    if waiting := [result.proposal for result in results if result.proposal]:
        raise WaitsForApproval(*waiting, changed=codes)
    if errors := next((result.errors for result in results if result.errors), None):
        raise Illegal(errors, changed=codes)
    return changed


def lock(access: Access, keys: Iterable[int]) -> dict[int, Campaign]:
    """Lock campaigns of the merchant in the order of their keys, until the transaction ends."""
    rows = own(Campaign, access.merchant).filter(pk__in=keys).select_for_update(of=("self",), no_key=True)
    locked = {row.pk: row for row in rows.order_by("pk")}
    for campaign in locked.values():
        campaign.merchant = access.merchant
    return locked


def lock_one(access: Access, campaign: Campaign, version: int | None) -> Campaign:
    """Lock a campaign that something is to be added to. Raises EditConflict when it has another version."""
    locked = lock(access, [campaign.pk])[campaign.pk]
    if version not in (None, locked.version):
        raise EditConflict
    return locked


def _one(
    access: Access, campaign: Campaign, asked: Asked, limit: Decimal | None, at: datetime, operation: Operation
) -> Result:
    """Judge and write one change of a locked campaign."""
    if asked.version not in (None, campaign.version):
        return Result(campaign, is_conflict=True)
    known = parts.read(campaign, asked.wanted)
    wanted = {name: value for name, value in asked.wanted.items() if known[name] != value}
    if not wanted:
        return Result(campaign)
    if errors := judge(campaign, wanted, revives=operation.source == Source.UNDO):
        return Result(campaign, errors=errors)
    today = local_date(at, access.merchant.time_zone)
    if not operation.is_approved and approval.is_needed(campaign, wanted, limit=limit, today=today):
        before = parts.read(campaign, {*approval.MONEY, *wanted})
        wish = Wish(campaign, before=before, wanted=wanted, reason=operation.reason)
        return Result(campaign, proposal=propose(access, wish, at=at))
    parts.write(campaign, wanted, at=at)
    before = {name: known[name] for name in wanted}
    return Result(campaign, change=note(access, campaign, before=before, after=wanted, at=at, operation=operation))


def _finish(access: Access, results: Sequence[Result], at: datetime, operation: Operation) -> list[Result]:
    """Write down all changes, renew the budgets that they touch, and outdate what waited for these campaigns."""
    changes = [result.change for result in results if result.change]
    Change.objects.bulk_create(changes)
    outdate([change.campaign for change in changes], at=at)
    today = local_date(at, access.merchant.time_zone)
    renew_days([c.campaign.pk for c in changes if {"daily_budget", "promotion_days"} & c.after.keys()], today)
    renew_totals([c.campaign.pk for c in changes if "total_budget" in c.after])
    started = [change.campaign for change in changes if change.after.get("state") == State.ACTIVE]
    if started:
        reach(access.merchant, Step.CAMPAIGN, at=at, by=access.user, fact=started[0].code)
    _audit(access, results, at, operation)
    return list(results)


def note(
    access: Access, campaign: Campaign, *, before: dict, after: dict, at: datetime, operation: Operation
) -> Change:
    """Return a change that was made of a campaign, not saved yet."""
    return Change(
        merchant=access.merchant, campaign=campaign, batch=operation.batch, source=operation.source, by=access.user,
        before=before, after=after, at=at, undoes=operation.undoes,
    )  # fmt: skip


def _audit(access: Access, results: Sequence[Result], at: datetime, operation: Operation) -> None:
    """Write the trail as the last step: an entry per campaign, or one for all that changed of a batch."""
    for proposal in (result.proposal for result in results if result.proposal):
        details = {"proposal": proposal.code, "wanted": proposal.wanted}
        record(access, "campaign.propose", target=proposal.campaign.code, at=at, **details)
    changes = [result.change for result in results if result.change]
    if changes and operation.batch:
        codes = [change.campaign.code for change in changes]
        record(access, "campaign.bulk", target=operation.batch, at=at, campaigns=codes)
        return
    for change in changes:
        record(access, _verb(change), target=change.campaign.code, at=at, changes=sides(change))


def _verb(change: Change) -> str:
    if change.undoes_id:
        return "campaign.undo"
    return f"campaign.{change.after['state']}" if set(change.after) == {"state"} else "campaign.edit"


def sides(change: Change) -> dict[str, list]:
    """Return each member of a change with how it was and how it became."""
    return {name: [change.before.get(name), value] for name, value in change.after.items()}


def new_batch() -> str:
    """Return a name for changes that are made together."""
    return new_code("bat")
