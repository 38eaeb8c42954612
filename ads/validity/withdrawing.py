"""Takes back what events found invalid had been worth: their word, their charges, and their part in sales."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from chengfeng import sql
from chengfeng.money import ZERO
from chengfeng.periods import local_date
from shops.models import Merchant

from .. import charging
from ..attribution import Key, restate
from ..models import Campaign, Charge, CreditNote, EventKind, Rescore


class Changed(NamedTuple):
    """An event that was valid until now."""

    key: Key
    at: datetime
    reason: str


class Withdrawn(NamedTuple):
    """What was taken back: events, and the money given back for them."""

    events: list[Changed]
    notes: list[CreditNote]

    @property
    def returned(self) -> Decimal:
        return sum((note.amount for note in self.notes), ZERO)


@transaction.atomic
def withdraw(found: Mapping[int, Mapping[Key, str]], *, at: datetime) -> Withdrawn:
    """Find events invalid, by campaign and each for its reason; those that are so already are left out.

    In one transaction: the events say so, their charges are given back by credit notes, sales they were credited with
    are restated, and a `Rescore` tells reports which days to count anew. The day's budget is not opened again.
    Locks: the campaigns, conversion lines, charges, ledger accounts: call it once for all that a transaction finds.
    """
    locked = charging.lock_campaigns(found)
    marked = {pk: _mark(pk, found[pk], at) for pk in sorted(locked) if found[pk]}
    changed = [event for events in marked.values() for event in events]
    if not changed:
        return Withdrawn([], [])
    restate([event.key for event in changed], at=at)
    notes = _give_back(changed, at)
    for pk, events in marked.items():
        _keep(locked[pk], events, notes, at)
    return Withdrawn(changed, notes)


def _mark(campaign: int, found: Mapping[Key, str], at: datetime) -> list[Changed]:
    params = {
        "campaign": campaign, "at": at, "days": [key.day for key in found], "tokens": [key.token for key in found],
        "kinds": [key.kind for key in found], "reasons": [str(reason) for reason in found.values()],
        "first": min(key.day for key in found), "last": max(key.day for key in found),
    }  # fmt: skip
    return [Changed(Key(*key), then, reason) for *key, then, reason in sql.rows(MARK, params)]


MARK = """
UPDATE ads_event e SET is_valid = false, reason = w.reason, rescored_at = %(at)s
FROM unnest(%(days)s::date[], %(tokens)s::uuid[], %(kinds)s::text[], %(reasons)s::text[]) w (day, token, kind, reason)
WHERE e.day = w.day AND e.token = w.token AND e.kind = w.kind AND e.campaign_id = %(campaign)s AND e.is_valid
    AND e.day BETWEEN %(first)s AND %(last)s
RETURNING e.day, e.token, e.kind, e.at, e.reason
"""


def _give_back(changed: Collection[Changed], at: datetime) -> list[CreditNote]:
    """Give back the charges of events, all at once: their accounts are locked in one order."""
    reasons = {event.key: event.reason for event in changed}
    charges = Charge.objects.filter(
        token__in=[key.token for key in reasons], event_day__in={key.day for key in reasons}
    ).order_by("pk")
    keys = {charge: Key(charge.event_day, charge.token, charge.kind) for charge in charges}
    return charging.give_back({charge: reasons[key] for charge, key in keys.items() if key in reasons}, at=at)


def _keep(campaign: Campaign, changed: Collection[Changed], notes: Collection[CreditNote], at: datetime) -> None:
    """Write what was found, by local day and reason."""
    returned = {(note.charge.event_day, note.charge.token, note.charge.kind): note.amount for note in notes}
    groups: dict[tuple, list[Changed]] = defaultdict(list)
    for event in changed:
        groups[local_date(event.at, campaign.merchant.time_zone), event.reason].append(event)
    Rescore.objects.bulk_create(
        _found(campaign.merchant, campaign, reason, events, returned, at) for (_, reason), events in groups.items()
    )


def _found(
    merchant: Merchant, campaign: Campaign, reason: str, events: list[Changed], returned: Mapping, at: datetime
) -> Rescore:
    return Rescore(
        merchant=merchant, campaign=campaign, reason=reason, at=at, events=len(events),
        happened_at=min(event.at for event in events),
        clicks=sum(event.key.kind == EventKind.CLICK for event in events),
        returned=sum((returned.get(event.key, ZERO) for event in events), ZERO),
    )  # fmt: skip
