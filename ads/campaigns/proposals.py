"""Changes above the merchant's limit: a second person approves or refuses them, who made them may withdraw."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import Access, own

from ..models import Campaign, Change, Proposal
from .changing import Asked, Illegal, Operation, carry_out, lock_one
from .proposing import person_behind

State = Proposal.State


class NotYours(Exception):
    """Who decides on a proposal is a person, and another than who made it; only who made it withdraws it."""


class ProposalOver(Exception):
    """The proposal no longer waits: it was decided on, withdrawn, or the campaign has changed since (`outdated`)."""

    def __init__(self, state: str):
        self.state = state
        super().__init__(state)


def waiting(access: Access) -> QuerySet[Proposal]:
    """Return the merchant's proposals that wait, the oldest first."""
    return (
        own(Proposal, access.merchant)
        .filter(state=State.WAITING)
        .select_related("campaign", "proposed_by")
        .order_by("pk")
    )


def codes_of_waiting(campaigns: Iterable[Campaign]) -> dict[int, str]:
    """Return, by campaign, the code of the proposal that waits to change it."""
    rows = Proposal.objects.filter(campaign__in=campaigns, state=State.WAITING)
    return dict(rows.values_list("campaign", "code"))


def approve(access: Access, proposal: Proposal, *, at: datetime) -> Change:
    """Carry out a proposal as it was made, and return the change.

    Raises NotYours, ProposalOver – with state outdated when the campaign is no longer as it was – and Illegal when a
    rule stands against it by now.
    """
    with transaction.atomic():
        outcome = _approved(access, proposal, at)
    if isinstance(outcome, ProposalOver):
        raise outcome
    return outcome


def _approved(access: Access, proposal: Proposal, at: datetime) -> Change | ProposalOver:
    """Return the change, or that it is over, so that the proposal is kept as outdated."""
    _require_another(access, proposal)
    campaign = lock_one(access, proposal.campaign, None)
    proposal.refresh_from_db()
    verdict = State.APPROVED if campaign.version == proposal.version else State.OUTDATED
    if not _close(proposal, verdict, access, at):
        return ProposalOver(proposal.state)
    if verdict == State.OUTDATED:
        return ProposalOver(verdict)
    asked = Asked(campaign, proposal.wanted, proposal.version)
    result = carry_out(access, [asked], at=at, operation=Operation(is_approved=True))[0]
    if result.errors:
        raise Illegal(result.errors)
    record(access, "campaign.approve", target=campaign.code, at=at, proposal=proposal.code)
    return result.change


def refuse(access: Access, proposal: Proposal, *, reason: str = "", at: datetime) -> Proposal:
    """Turn a proposal down. Raises NotYours, ProposalOver."""
    _require_another(access, proposal)
    return _end(access, proposal, State.REFUSED, reason, at)


def withdraw(access: Access, proposal: Proposal, *, at: datetime) -> Proposal:
    """Take one's own proposal back. Raises NotYours, ProposalOver."""
    if proposal.proposed_by != person_behind(access):
        raise NotYours
    return _end(access, proposal, State.WITHDRAWN, "", at)


def _require_another(access: Access, proposal: Proposal) -> None:
    """Raise NotYours unless a person decides, and another: a program's token says nothing of who holds it."""
    access.require(Right.ADS_EDIT)
    if access.user is None or access.user == proposal.proposed_by:
        raise NotYours


@transaction.atomic
def _end(access: Access, proposal: Proposal, state: State, reason: str, at: datetime) -> Proposal:
    if not _close(proposal, state, access, at, reason=reason or proposal.reason):
        raise ProposalOver(_state(proposal))
    proposal.refresh_from_db()
    record(access, f"campaign.{state}", target=proposal.campaign.code, at=at, proposal=proposal.code, reason=reason)
    return proposal


def _close(proposal: Proposal, state: State, access: Access, at: datetime, **fields) -> bool:
    waits = Proposal.objects.filter(pk=proposal.pk, state=State.WAITING)
    return bool(waits.update(state=state, decided_by=access.user, decided_at=at, **fields))


def _state(proposal: Proposal) -> str:
    return Proposal.objects.values_list("state", flat=True).get(pk=proposal.pk)
