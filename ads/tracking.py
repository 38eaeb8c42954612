"""Tracking: reports about served ads become events, each exactly once, judged and charged in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import connection, transaction

from . import charging, partitions, tokens
from .models import Event, EventKind
from .tokens import AdToken
from .validity import CLOCK_SKEW, TOKEN_LIFE, History, Visitor, judge

Status = Literal["accepted", "duplicate", "invalid", "rejected"]
Key = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class Report:
    """A client's word that something happened to a served ad; without `at` it happened when we heard of it."""

    token: str
    kind: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a report: invalid is kept with its reason and never charged, rejected is not ours."""

    status: Status
    reason: str = ""


@dataclass(slots=True)
class Sighting:
    """A report that is ours, on its way into the table."""

    token: AdToken
    kind: str
    at: datetime
    reason: str
    is_valid: bool = True
    is_ours: bool = True

    @property
    def key(self) -> Key:
        return self.token.token, self.kind


def track(reports: Sequence[Report], *, received_at: datetime, visitor: Visitor) -> list[Result]:
    """Store what was reported and charge the valid clicks; return one result per report, in order.

    A report seen before, now or earlier, is a duplicate and has no effect.
    """
    read = [_read(report, received_at, visitor) for report in reports]
    first: dict[Key, Sighting] = {}
    for sighting in read:
        if isinstance(sighting, Sighting):
            first.setdefault(sighting.key, sighting)
    stored = _store(list(first.values()), received_at)
    return [sighting if isinstance(sighting, Result) else _result(sighting, first, stored) for sighting in read]


def _result(sighting: Sighting, first: Mapping[Key, Sighting], stored: set[Key]) -> Result:
    if not first[sighting.key].is_ours:
        return Result("rejected", "bad_token")
    if sighting.key not in stored or first[sighting.key] is not sighting:
        return Result("duplicate")
    return Result("accepted" if sighting.is_valid else "invalid", sighting.reason)


def _read(report: Report, received_at: datetime, visitor: Visitor) -> Sighting | Result:
    """Open a report's token; the client's clock counts only between decision and reception."""
    token = tokens.unseal(report.token)
    if token is None:
        return Result("rejected", "bad_token")
    at = report.at or received_at
    if max(at, token.decided_at) > received_at + CLOCK_SKEW:
        return Result("rejected", "in_the_future")
    if received_at - token.decided_at > TOKEN_LIFE:
        return Result("rejected", "too_old")
    at = max(min(at, received_at), token.decided_at)
    reason = judge(token, report.kind, at=at, visitor=visitor)
    return Sighting(token, report.kind, at, reason, is_valid=not reason)


def _store(sightings: Sequence[Sighting], received_at: datetime) -> set[Key]:
    """Write events and charges in one transaction; return the keys that were new."""
    partitions.ensure_days({sighting.token.decided_at.date() for sighting in sightings})
    clicks = [sighting for sighting in sightings if sighting.kind == EventKind.CLICK]
    others = [sighting for sighting in sightings if sighting.kind != EventKind.CLICK]
    with transaction.atomic():
        stored = _insert(others, received_at)
        if clicks:
            stored |= _store_clicks(clicks, received_at)
    return stored


def _store_clicks(clicks: Sequence[Sighting], received_at: datetime) -> set[Key]:
    """Judge, charge and write clicks under the locks of their campaigns."""
    campaigns = charging.lock_campaigns(click.token.campaign_id for click in clicks)
    for click in clicks:
        click.is_ours = click.token.campaign_id in campaigns
    known = _stored_clicks(clicks)
    fresh = sorted((click for click in clicks if click.is_ours and click.key not in known), key=lambda click: click.at)
    _judge_together([click for click in fresh if click.is_valid])
    valid = [click for click in fresh if click.is_valid]
    free = charging.charge([click.token for click in valid], campaigns, at=received_at) if valid else {}
    for click in valid:
        click.reason = free[click.token.token]
    return _insert(fresh, received_at)


def _stored_clicks(clicks: Sequence[Sighting]) -> set[Key]:
    days = {click.token.decided_at.date() for click in clicks}
    wanted = [click.token.token for click in clicks]
    stored = Event.objects.filter(day__in=days, token__in=wanted, kind=EventKind.CLICK)
    return {(token, EventKind.CLICK) for token in stored.values_list("token", flat=True)}


def _judge_together(clicks: Sequence[Sighting]) -> None:
    """Mark the clicks, oldest first, that do not count after others of the same shopper."""
    if not clicks:
        return
    shoppers = {click.token.shopper for click in clicks}
    campaigns = {click.token.campaign_id for click in clicks}
    history = History.load(shoppers, campaigns, first=clicks[0].at, last=clicks[-1].at)
    for click in clicks:
        who = (click.token.shopper, click.token.ad_id, click.token.campaign_id, click.at)
        click.reason = history.judge(*who)
        click.is_valid = not click.reason
        if click.is_valid:
            history.add(*who)


INSERT = """
INSERT INTO ads_event (
    day, token, kind, merchant_id, campaign_id, group_id, ad_id, product_id, keyword_id, term, placement, position,
    shopper, pricing, bid, price, pctr, pcvr, is_explored, decided_at, at, is_valid, reason, received_at
)
SELECT *, %s FROM unnest(
    %s::date[], %s::uuid[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
    %s::bigint[], %s::bigint[], %s::text[], %s::smallint[], %s::uuid[], %s::text[], %s::numeric[], %s::numeric[],
    %s::float8[], %s::float8[], %s::bool[], %s::timestamptz[], %s::timestamptz[], %s::bool[], %s::text[]
)
ON CONFLICT DO NOTHING
RETURNING token, kind
"""


def _insert(sightings: Iterable[Sighting], received_at: datetime) -> set[Key]:
    """Insert events in one statement, in key order so that two batches never wait for each other in a circle."""
    rows = sorted(_row(sighting) for sighting in sightings)
    if not rows:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [received_at, *(_array(column) for column in zip(*rows, strict=True))])
        return set(cursor.fetchall())


def _row(sighting: Sighting) -> tuple[str, ...]:
    """Return the columns of an event as PostgreSQL reads them, its key first."""
    token, decided = sighting.token, sighting.token.decided_at.isoformat()
    return (
        decided[:10], token.token.hex, str(sighting.kind), str(token.merchant_id), str(token.campaign_id),
        str(token.group_id or NULL), str(token.ad_id), str(token.product_id), str(token.keyword_id or NULL),
        str(token.term or NULL), token.placement, str(token.position), token.shopper.hex, token.pricing,
        str(token.bid), str(token.price), str(token.pctr), str(token.pcvr), str(token.is_explored), decided,
        sighting.at.isoformat(), str(sighting.is_valid), str(sighting.reason) or EMPTY,
    )  # fmt: skip


EMPTY, NULL = '""', "NULL"


def _array(column: Iterable[str]) -> str:
    """Return a column as an array literal: one text is quoted much faster than its thousand members.

    Whatever a client may write freely is no member of a row; numbers, times and our own words need no quotes.
    """
    return f"{{{','.join(column)}}}"
