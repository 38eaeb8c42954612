"""Writes down a change above the merchant's limit, so that a second person can decide on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied

from shops.models import User
from shops.tenancy import Access

from ..models import Campaign, Proposal


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a locked campaign, with the members that it is judged by as they are now."""

    campaign: Campaign
    before: Mapping[str, Any]
    wanted: Mapping[str, Any]
    reason: str = ""


def propose(access: Access, wish: Wish, *, at: datetime) -> Proposal:
    """Let a wish wait; it takes the place of one that waits for the campaign already.

    Raises PermissionDenied when nobody stands behind the access, for then nobody could be another.
    """
    outdate([wish.campaign], at=at)
    return Proposal.objects.create(
        merchant=access.merchant, campaign=wish.campaign, version=wish.campaign.version, wanted=wish.wanted,
        before=wish.before, reason=wish.reason, proposed_by=person_behind(access), proposed_at=at,
    )  # fmt: skip


def outdate(campaigns: Sequence[Campaign], *, at: datetime) -> None:
    """Let what waits for these campaigns wait no more, for they have changed, or something else is wanted."""
    waiting = Proposal.objects.filter(campaign__in=campaigns, state=Proposal.State.WAITING)
    waiting.update(state=Proposal.State.OUTDATED, decided_at=at)


def person_behind(access: Access) -> User:
    """Return who acts, or who gave the program its token. Raises PermissionDenied when there is nobody."""
    person = access.user or (access.token and access.token.created_by)
    if person is None:
        raise PermissionDenied
    return person
