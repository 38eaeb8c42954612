"""Tracking: reports about served ads become events, each exactly once, judged and charged in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
from django.db import transaction

from . import charging, partitions, sightings, storing, tokens
from .models import Campaign, Event, EventKind
from .sightings import ACCEPTED, BAD_TOKEN, DUPLICATE, KINDS, Report, Result, Sheet, moment
from .tokens import MICROSECOND, PRICINGS, AdToken
from .validity import CLICK_LIFE, FASTEST_CLICK, FREE, Click, History, Reason, Visitor, staff

__all__ = ["Report", "Result", "track"]

CLICK = KINDS.index(EventKind.CLICK)
SLOWEST, FASTEST = CLICK_LIFE // MICROSECOND, FASTEST_CLICK // MICROSECOND
CHARGED = np.array([KINDS.index(charging.CHARGED[pricing]) for pricing in PRICINGS])
DAY = 86_400_000_000


def track(reports: Sequence[Report], *, received_at: datetime, visitor: Visitor) -> list[Result]:
    """Store what was reported and charge what is to be paid for; return one result per report, in order.

    A report seen before, now or earlier, is a duplicate and has no effect.
    """
    results: list[Result | None] = [None] * len(reports)
    sheet = sightings.read(reports, results, received_at=received_at)
    if len(sheet):
        _judge(sheet, visitor)
        staff.remember(visitor, at=received_at)
        _store(sheet, results, received_at, visitor.network)
    return results


def _judge(sheet: Sheet, visitor: Visitor) -> None:
    """Note on every row why it does not count, as far as it shows by itself."""
    said = visitor.verdict()
    if said:
        sheet.reasons = [said] * len(sheet)
        return
    _judge_people(sheet, visitor)
    waited = sheet.ats - sheet.records["decided"]
    for row in np.flatnonzero((sheet.kinds == CLICK) & ((waited < FASTEST) | (waited > SLOWEST))):
        sheet.reasons[row] = sheet.reasons[row] or (Reason.TOO_FAST if waited[row] < FASTEST else Reason.EXPIRED)


def _judge_people(sheet: Sheet, visitor: Visitor) -> None:
    """Note which rows come from people of shops, logged in now or on this device before."""
    known = staff.employers_of(sheet.records["shopper"])
    if not known and not visitor.employers:
        return
    for row, record in enumerate(sheet.records):
        device = known.get(record["shopper"].tobytes(), frozenset())
        sheet.reasons[row] = staff.verdict(int(record["merchant"]), visitor.employers | device)


def _store(sheet: Sheet, results: list[Result | None], received_at: datetime, network: bytes | None) -> None:
    """Write events and charges in one transaction, and the results of the rows."""
    days = np.unique(sheet.records["decided"] // DAY).tolist()
    partitions.ensure_days({datetime.fromtimestamp(day * 86_400, UTC).date() for day in days})
    guarded = (sheet.kinds == CLICK) | (sheet.kinds == CHARGED[sheet.records["pricing"]])
    plain = sheet.pick(np.flatnonzero(~guarded)) if guarded.any() else sheet
    with transaction.atomic():
        _tell(plain, results, storing.insert(plain, received_at=received_at, network=network, free=FREE))
        if guarded.any():
            _store_guarded(sheet.pick(np.flatnonzero(guarded)), results, received_at, network)


def _tell(sheet: Sheet, results: list[Result | None], repeated: set[int]) -> None:
    for row, (place, reason) in enumerate(zip(sheet.places, sheet.reasons, strict=True)):
        if row in repeated:
            results[place] = DUPLICATE
        elif reason:
            results[place] = Result("accepted" if reason in FREE else "invalid", str(reason))
        else:
            results[place] = ACCEPTED


@dataclass(slots=True)
class Guarded:
    """A click, or an impression that is paid for: what is judged against others and charged one batch at a time."""

    row: int
    token: AdToken
    kind: str
    at: datetime
    reason: str

    @property
    def is_click(self) -> bool:
        return self.kind == EventKind.CLICK

    @property
    def key(self) -> tuple[UUID, str]:
        return self.token.token, self.kind


def _store_guarded(sheet: Sheet, results: list[Result | None], received_at: datetime, network: bytes | None) -> None:
    """Judge, charge and write under the locks of the campaigns."""
    rows = [
        Guarded(row, tokens.parse(record.tobytes()), KINDS[kind], moment(at), reason)
        for row, (record, kind, at, reason) in enumerate(
            zip(sheet.records, sheet.kinds, sheet.ats, sheet.reasons, strict=True)
        )
    ]
    campaigns = charging.lock_campaigns(row.token.campaign_id for row in rows)
    foreign = {row.row for row in rows if row.token.campaign_id not in campaigns}
    known = _stored(rows)
    fresh = sorted((row for row in rows if row.row not in foreign and row.key not in known), key=lambda row: row.at)
    _judge_together(fresh, network)
    _charge(fresh, campaigns, received_at)
    for row in fresh:
        sheet.reasons[row.row] = row.reason
    _tell(sheet, results, {row.row for row in rows})
    for row in foreign:
        results[sheet.places[row]] = BAD_TOKEN
    written = sheet.pick(sorted(row.row for row in fresh))
    _tell(written, results, storing.insert(written, received_at=received_at, network=network, free=FREE))


def _stored(rows: Sequence[Guarded]) -> set[tuple[UUID, str]]:
    days = {row.token.decided_at.date() for row in rows}
    stored = Event.objects.filter(day__in=days, token__in=[row.token.token for row in rows])
    return set(stored.values_list("token", "kind"))


def _judge_together(rows: Sequence[Guarded], network: bytes | None) -> None:
    """Note on the clicks, oldest first, why they do not count after others."""
    clicks = [
        (row, Click(row.token.shopper, row.token.ad_id, row.token.campaign_id, row.at, network))
        for row in rows
        if row.is_click and not row.reason
    ]
    if not clicks:
        return
    history = History.load([click for _, click in clicks])
    for row, click in clicks:
        row.reason = history.judge(click)
        if not row.reason:
            history.add(click)


def _charge(rows: Sequence[Guarded], campaigns: Mapping[int, Campaign], at: datetime) -> None:
    """Charge what counts and is paid for; note why it is free where it is."""
    paid = [row for row in rows if not row.reason and charging.is_charged(row.token, row.kind)]
    free = charging.charge([row.token for row in paid], campaigns, at=at) if paid else {}
    for row in paid:
        row.reason = free[row.token.token]
