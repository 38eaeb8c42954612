"""Reports of one request as columns: opened, timed and told apart, a thousand at a time without an object for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from . import tokens
from .models import EventKind
from .tokens import EPOCH, MICROSECOND, RECORD
from .validity import CLOCK_SKEW, TOKEN_LIFE

KINDS = tuple(EventKind.values)
Status = Literal["accepted", "duplicate", "invalid", "rejected"]


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


ACCEPTED, DUPLICATE = Result("accepted"), Result("duplicate")
BAD_TOKEN, IN_THE_FUTURE, TOO_OLD = (Result("rejected", why) for why in ("bad_token", "in_the_future", "too_old"))


@dataclass(slots=True)
class Sheet:
    """The reports that are ours, one row each: what their tokens say, which kind, and when (microseconds of UTC)."""

    records: np.ndarray
    kinds: np.ndarray
    ats: np.ndarray
    places: list[int]  # of each row among the reports
    reasons: list[str]  # of each row: why it does not count, or an empty text

    def __len__(self) -> int:
        return len(self.places)

    def pick(self, rows: Sequence[int]) -> "Sheet":
        """Return some of the rows as a sheet of its own."""
        chosen = np.asarray(rows, np.intp)
        return Sheet(
            self.records[chosen], self.kinds[chosen], self.ats[chosen], [self.places[row] for row in rows],
            [self.reasons[row] for row in rows],
        )  # fmt: skip


def read(reports: Sequence[Report], results: list[Result | None], *, received_at: datetime) -> Sheet:
    """Open reports; fill in the results of those that are not ours, out of time, or said before in the same breath.

    The client's clock counts only between decision and reception.
    """
    plain, places, kinds, ats = [], [], [], []
    now = _microseconds(received_at)
    seen: set[tuple[bytes, str]] = set()
    for place, report in enumerate(reports):
        opened = tokens.opened(report.token)
        at = now if report.at is None else _microseconds(report.at)
        late = BAD_TOKEN if opened is None else _refusal(opened, at, now)
        if late:
            results[place] = late
        elif (key := (opened[:16], report.kind)) in seen:
            results[place] = DUPLICATE
        else:
            seen.add(key)
            plain.append(opened)
            places.append(place)
            kinds.append(KINDS.index(report.kind))
            ats.append(at)
    records = np.frombuffer(b"".join(plain), RECORD)
    clamped = np.maximum(np.minimum(np.array(ats, np.int64), now), records["decided"])
    return Sheet(records, np.array(kinds, np.int16), clamped, places, [""] * len(places))


DECIDED = RECORD.fields["decided"][1]
SKEW, LIFE = CLOCK_SKEW // MICROSECOND, TOKEN_LIFE // MICROSECOND


def _refusal(opened: bytes, at: int, now: int) -> Result | None:
    decided = int.from_bytes(opened[DECIDED : DECIDED + 8], "big")
    if at > now + SKEW or decided > now + SKEW:
        return IN_THE_FUTURE
    return TOO_OLD if now - decided > LIFE else None


def _microseconds(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def moment(microseconds: int) -> datetime:
    """Return the instant of a number of microseconds."""
    return EPOCH + timedelta(microseconds=int(microseconds))
