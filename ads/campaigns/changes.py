"""What was changed of campaigns, and taking it back: one change, or all that were made together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from shops.tenancy import Access, own

from ..models import Ad, AdGroup, Campaign, Change, Proposal
from . import parts
from .changing import Asked, Illegal, Operation, Source, WaitsForApproval, change_one, lock_one, new_batch
from .rules import Errors

UNDONE, LATER, FORBIDDEN = "undone_already", "changed_since", "not_allowed"


class UndoRefused(Exception):
    """A change cannot be taken back. Nothing was changed.

    `reason` is undone_already, changed_since (`members` were touched by the changes `later`) or not_allowed
    (`errors` say by which rule of which member).
    """

    def __init__(
        self, reason: str, *, members: Iterable[str] = (), later: Sequence[Change] = (), errors: Errors | None = None
    ):
        self.reason, self.members, self.later, self.errors = reason, sorted(members), list(later), errors or {}
        super().__init__(reason, *self.members)


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of one change of a batch: the change that takes it back, a proposal that waits, or a refusal."""

    of: Change
    change: Change | None = None
    proposal: Proposal | None = None
    refusal: UndoRefused | None = None


def history(campaign: Campaign) -> QuerySet[Change]:
    """Return the changes of a campaign, newest first, with who made them and what they take back."""
    changes = Change.objects.filter(campaign=campaign).select_related("by", "undoes", "undone_by")
    return changes.order_by("-at", "-pk")


def undo(access: Access, change: Change, *, at: datetime, batch: str = "") -> Change:
    """Give the members of a change their values before it, in a change of its own, which can be undone in turn.

    What the change made is not deleted: an ad is paused, a group or campaign archived. A headline goes to review.

    Raises UndoRefused, or WaitsForApproval where the way back leads above the merchant's limit.
    """
    operation = Operation(source=Source.UNDO, batch=batch, undoes=change)
    with transaction.atomic():
        locked = lock_one(access, change.campaign, None)
        _require_undoable(change, locked)
        asked = Asked(locked, earlier(change), locked.version)
        outcome = _change(access, asked, at, operation)
    if isinstance(outcome, WaitsForApproval):
        raise outcome
    return outcome


def _change(access: Access, asked: Asked, at: datetime, operation: Operation) -> Change | WaitsForApproval:
    """Return the change, or what it waits for, so that the proposal is kept."""
    try:
        change = change_one(access, asked, at=at, operation=operation)
    except Illegal as error:
        raise UndoRefused(FORBIDDEN, errors=error.errors) from error
    except WaitsForApproval as waits:
        return waits
    if change is None:
        raise UndoRefused(UNDONE)
    return change


def _require_undoable(change: Change, campaign: Campaign) -> None:
    """Raise UndoRefused when the change is undone already or its members have been changed since."""
    if Change.objects.filter(undoes=change).exists():
        raise UndoRefused(UNDONE)
    touching = [later for later in _standing_after(change) if later.after.keys() & change.after.keys()]
    now = parts.read(campaign, change.after)
    members = {name for later in touching for name in later.after.keys() & change.after.keys()}
    members |= {name for name, value in change.after.items() if now[name] != value}
    if members:
        raise UndoRefused(LATER, members=members, later=touching)


def _standing_after(change: Change) -> list[Change]:
    """Return the changes after one, newest first, without those that were undone after it and their undoing."""
    later = list(Change.objects.filter(campaign=change.campaign_id, pk__gt=change.pk).order_by("-pk"))
    known, gone = {each.pk for each in later}, set()
    for each in later:
        if each.pk not in gone and each.undoes_id in known:
            gone |= {each.pk, each.undoes_id}
    return [each for each in later if each.pk not in gone]


def earlier(change: Change) -> dict[str, Any]:
    """Return the members as they were before a change; of what it made, the state that puts it away."""
    if change.before:
        return dict(change.before)
    if "state" in change.after:
        return {"state": Campaign.State.ARCHIVED}
    return {name: _away(name) for name in change.after if name.endswith(".state")}


def _away(name: str) -> str:
    return AdGroup.State.ARCHIVED if name.startswith("groups.") else Ad.State.PAUSED


def undo_batch(access: Access, batch: str, *, at: datetime) -> list[Undone]:
    """Take back all changes that were made together, each if it can be; return what became of each.

    What is undone together shares a batch of its own, which can be undone in turn. Each is a transaction of its own,
    with its entry in the audit trail, which no lock may follow: where this is cut short, it goes on when called again.
    """
    changes = own(Change, access.merchant).filter(batch=batch, undone_by=None).select_related("campaign")
    again = new_batch()
    return [_undone(access, change, at, again) for change in changes.order_by("campaign_id", "-pk")]


def _undone(access: Access, change: Change, at: datetime, batch: str) -> Undone:
    try:
        return Undone(change, change=undo(access, change, at=at, batch=batch))
    except UndoRefused as refusal:
        return Undone(change, refusal=refusal)
    except WaitsForApproval as waits:
        return Undone(change, proposal=waits.proposal)
