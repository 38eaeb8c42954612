"""Who is in which audience and who bought where, in arrays of a process: the auction asks them and no database.

People are known here by 64 bits of their random id: of ten million, two share them once in 370,000 such crowds.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

import numpy as np

from chengfeng import sql

REREAD = 600.0  # seconds after which all buyers are read anew
OVERLAP = 1000  # conversions read again each time, for those that were committed after one with a higher number
EPOCH = date(1970, 1, 1)
LOW = 2**64 - 1
SPREAD = 0x9E3779B97F4A7C15  # odd, so that merchants' numbers fall far from each other
NOBODY: frozenset[int] = frozenset()
NO_HASHES, NO_AUDIENCES, NO_DAYS = np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.int32)
PERSON = np.dtype([("high", ">u8"), ("low", ">u8")])
BUYER = np.dtype([("high", ">u8"), ("low", ">u8"), ("day", ">i4")])


@dataclass(frozen=True, slots=True)
class State:
    """What tells whether anything has changed."""

    used: tuple[tuple[int, datetime | None], ...] = ()
    longest: tuple[tuple[int, int], ...] = ()
    opted_out: tuple[int, datetime | None] = (0, None)
    newest: int = 0


@dataclass(frozen=True, slots=True)
class Crowds:
    """The members of every audience that a running campaign uses, together in the order of their hashes."""

    parts: Mapping[int, tuple[datetime | None, np.ndarray]] = field(default_factory=dict)
    hashes: np.ndarray = field(default_factory=lambda: NO_HASHES)
    audiences: np.ndarray = field(default_factory=lambda: NO_AUDIENCES)


@dataclass(frozen=True, slots=True)
class Buyers:
    """The last day (since 1970, UTC) somebody bought from a merchant, by a key of both; `recent` came since."""

    keys: np.ndarray = field(default_factory=lambda: NO_HASHES)
    days: np.ndarray = field(default_factory=lambda: NO_DAYS)
    recent: Mapping[int, int] = field(default_factory=dict)
    read_at: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Memberships:
    """Answers for one shopper in microseconds; whoever opted out is in no audience and bought nothing."""

    state: State = State()
    crowds: Crowds = field(default_factory=Crowds)
    buyers: Buyers = field(default_factory=Buyers)
    opted_out: frozenset[int] = NOBODY

    def of(self, shopper: UUID) -> frozenset[int]:
        """Return the keys of the audiences that the shopper is in, of those that running campaigns use."""
        known, hashes = _hash(shopper), self.crowds.hashes
        first = hashes.searchsorted(np.uint64(known), "left")
        if first == len(hashes) or hashes[first] != known or known in self.opted_out:
            return NOBODY
        last = hashes.searchsorted(np.uint64(known), "right")
        return frozenset(self.crowds.audiences[first:last].tolist())

    def bought(self, shopper: UUID, merchant: int, days: int, *, on: date) -> bool:
        """Whether the shopper bought from the merchant on `on` (UTC) or one of the `days` days before it.

        It knows the days that some group of a running campaign of the merchant asks for.
        """
        known = _hash(shopper)
        day = self._last_day(known ^ (merchant * SPREAD & LOW))
        if day is None or known in self.opted_out:
            return False
        return day >= (on - EPOCH).days - days

    def _last_day(self, key: int) -> int | None:
        buyers = self.buyers
        place, recent = buyers.keys.searchsorted(np.uint64(key)), buyers.recent.get(key)
        if place == len(buyers.keys) or buyers.keys[place] != key:
            return recent
        return max(int(buyers.days[place]), recent or 0)


def _hash(shopper: UUID) -> int:
    return (shopper.int >> 64) ^ (shopper.int & LOW)


def _hashes(rows: np.ndarray) -> np.ndarray:
    return (rows["high"] ^ rows["low"]).astype(np.uint64)


def load(previous: Memberships | None = None) -> Memberships:
    """Return the memberships of now: `previous` itself, for one short statement, when nothing has changed."""
    before = previous or Memberships()
    state = _read_state()
    is_due = time.monotonic() - before.buyers.read_at > REREAD
    if state == before.state and not is_due:
        return before
    same_people = state.opted_out == before.state.opted_out
    return Memberships(
        state,
        before.crowds if state.used == before.state.used else _crowds(state, before.crowds),
        _buyers(state, before, is_anew=is_due or state.longest != before.state.longest),
        before.opted_out if same_people else _read_opted_out(),
    )


def _read_state() -> State:
    used, changed, merchants, longest, *opted_out, newest = sql.row(STATE)
    pairs = [tuple(zip(*columns, strict=True)) for columns in ((used, changed), (merchants, longest))]
    return State(*pairs, tuple(opted_out), newest)


STATE = """
WITH running AS (
    SELECT g.id, g.merchant_id, g.exclude_buyers_days
    FROM ads_adgroup g JOIN ads_campaign c ON c.id = g.campaign_id
    WHERE g.state = 'active' AND c.state = 'active'
), used AS (
    SELECT a.id, a.changed_at FROM ads_audience a WHERE a.state = 'active'
        AND a.id IN (SELECT l.audience_id FROM ads_groupaudience l JOIN running ON running.id = l.group_id)
), longest AS (
    SELECT merchant_id, max(exclude_buyers_days) AS days FROM running
    WHERE exclude_buyers_days IS NOT NULL GROUP BY merchant_id
)
SELECT ARRAY(SELECT id FROM used ORDER BY id), ARRAY(SELECT changed_at FROM used ORDER BY id),
    ARRAY(SELECT merchant_id FROM longest ORDER BY 1), ARRAY(SELECT days FROM longest ORDER BY merchant_id),
    (SELECT count(*) FROM ads_optout), (SELECT max(at) FROM ads_optout),
    (SELECT coalesce(max(id), 0) FROM ads_conversion)
"""


def _crowds(state: State, before: Crowds) -> Crowds:
    """Read the audiences that were counted anew, and put all in order; sorting leaves the other threads at work."""
    known = {audience: part for audience, part in before.parts.items() if (audience, part[0]) in state.used}
    changed = [audience for audience, _ in state.used if audience not in known]
    read = dict(sql.rows(MEMBERS, [changed]) if changed else ())
    fresh = {audience: _hashes(np.frombuffer(read.get(audience, b""), PERSON)) for audience in changed}
    parts = {audience: known.get(audience) or (at, fresh[audience]) for audience, at in state.used}
    hashes = np.concatenate([NO_HASHES, *(part for _, part in parts.values())])
    audiences = np.concatenate([NO_AUDIENCES, *(np.full(len(part), a) for a, (_, part) in parts.items())])
    order = hashes.argsort(kind="stable")
    return Crowds(parts, hashes[order], audiences[order])


MEMBERS = """
SELECT audience_id, string_agg(uuid_send(shopper), ''::bytea) FROM ads_audiencemember
WHERE audience_id = ANY(%s::bigint[]) GROUP BY audience_id
"""


def _buyers(state: State, before: Memberships, *, is_anew: bool) -> Buyers:
    """Read all buyers anew, or those that came since."""
    if not state.longest:
        return Buyers(read_at=time.monotonic())
    since = 0 if is_anew else before.state.newest - OVERLAP
    if not is_anew and state.newest == before.state.newest:
        return before.buyers
    keys, days = _read_buyers(state, since)
    if is_anew:
        return Buyers(keys, days, read_at=time.monotonic())
    known = before.buyers
    recent = dict(known.recent)
    for key, day in zip(keys.tolist(), days.tolist(), strict=True):
        recent[key] = max(day, recent.get(key, day))
    return Buyers(known.keys, known.days, recent, known.read_at)


def _read_buyers(state: State, since: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the keys of buyers in their order, and the last day of each."""
    merchants, longest = zip(*state.longest, strict=True)
    params = {"merchants": list(merchants), "longest": list(longest), "since": since, "newest": state.newest}
    read = [(merchant, np.frombuffer(rows, BUYER)) for merchant, rows in sql.rows(BUYERS, params)]
    keys = [_hashes(rows) ^ np.uint64(merchant * SPREAD & LOW) for merchant, rows in read]
    days = [rows["day"].astype(np.int32) for _, rows in read]
    keys, days = np.concatenate([NO_HASHES, *keys]), np.concatenate([NO_DAYS, *days])
    order = keys.argsort()
    return keys[order], days[order]


BUYERS = """
WITH asked AS (
    SELECT m.merchant, newest.at - m.days * interval '1 day' - interval '1 day' AS since
    FROM unnest(%(merchants)s::bigint[], %(longest)s::int[]) AS m (merchant, days),
        (SELECT at FROM ads_conversion WHERE id = %(newest)s) AS newest
), bought AS (
    SELECT c.merchant_id, c.shopper, max((c.at AT TIME ZONE 'UTC')::date) - date '1970-01-01' AS day
    FROM ads_conversion c JOIN asked ON asked.merchant = c.merchant_id AND c.at >= asked.since
    WHERE c.id > %(since)s GROUP BY c.merchant_id, c.shopper
)
SELECT merchant_id, string_agg(uuid_send(shopper) || int4send(day), ''::bytea) FROM bought GROUP BY merchant_id
"""


def _read_opted_out() -> frozenset[int]:
    people = sql.row("SELECT coalesce(string_agg(uuid_send(shopper), ''::bytea), ''::bytea) FROM ads_optout")[0]
    return frozenset(_hashes(np.frombuffer(people, PERSON)).tolist())
