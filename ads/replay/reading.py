"""Reading records: the auctions of some days as they were, a fair part of them where there are more than is needed."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from chengfeng import sql
from chengfeng.periods import Period, each_day

from ..auction.outcomes import Outcome

LOOKED = 1_000  # records of a day
ALL_NUMBERS = 2**128
STANDS = frozenset({Outcome.WON, Outcome.OUTRANKED, Outcome.EXPLORED_AWAY})


@dataclass(frozen=True, slots=True)
class Entry:
    """An ad in a recorded auction; amounts are ten-thousandths of its currency, as the auction counts."""

    campaign: int
    merchant: int
    product: int
    mode: str
    outcome: str
    bid: int
    pctr: float
    pcvr: float
    quality: int
    score: int
    price: int | None = None
    vcg_price: int | None = None
    position: int | None = None
    propensity: float = 1.0
    group: int | None = None
    keyword: int | None = None
    share: float = 1.0  # of the campaigns that were not kept for their rank, how many this one was drawn among

    @property
    def is_explored(self) -> bool:
        """Whether it won a slot that was given away to learn about it."""
        return self.outcome == Outcome.WON and self.propensity < 1

    @property
    def stood(self) -> bool:
        """Whether it was ranked by its score."""
        return self.outcome in STANDS and not self.is_explored


@dataclass(frozen=True)
class Auction:
    """A recorded auction; it stands for `weight` auctions, if read for a campaign, of those that this took part in.

    `entries` are what is left of its ads: the best that were ranked, then one of each other campaign.
    """

    day: date
    number: UUID
    at: datetime
    placement: str
    slots: int
    term: int | None
    category: str
    shopper: UUID
    weight: float
    entries: tuple[Entry, ...]

    @property
    def code(self) -> str:
        """What the auction is called in addresses."""
        return f"{self.day:%Y%m%d}-{self.number.hex}"

    @cached_property
    def standing(self) -> tuple[Entry, ...]:
        """The ads that were ranked, best first."""
        found = [entry for entry in self.entries if entry.stood]
        return tuple(sorted(found, key=lambda entry: (-entry.score, entry.position or 1_000)))

    def is_won(self, campaign: int) -> bool:
        return any(entry.campaign == campaign and entry.outcome == Outcome.WON for entry in self.entries)

    @cached_property
    def is_explored(self) -> bool:
        """Whether the last slot was given to a new ad."""
        return any(entry.is_explored for entry in self.entries)


def auctions(period: Period, *, campaign: int | None = None, looked: int = LOOKED) -> list[Auction]:
    """Return the recorded auctions of a period by time, of one campaign if it is given: those that it took part in.

    Of each day about so many records are `looked` at; their weights make up for the others.
    """
    days = each_day(period.start.date(), period.end.date())
    found = [auction for day in days for auction in _of_day(day, period, campaign, looked)]
    return sorted(found, key=lambda auction: (auction.at, auction.number))


def newest(found: Iterable[Auction], *, campaign: int, most: int) -> list[Auction]:
    """Return the newest auctions, newest first: so many that a campaign won, and as many that it lost."""
    ordered = sorted(found, key=lambda auction: (auction.at, auction.number), reverse=True)
    won = [auction for auction in ordered if auction.is_won(campaign)][:most]
    lost = [auction for auction in ordered if not auction.is_won(campaign)][:most]
    return sorted(won + lost, key=lambda auction: (auction.at, auction.number), reverse=True)


def auction_of(code: str, *, campaign: int) -> Auction | None:
    """Return the recorded auction of that code, if the campaign took part in it."""
    try:
        day, number = date.fromisoformat(code[:8]), UUID(code[9:])
    except ValueError:
        return None
    row = sql.row(ONE, {"day": day, "number": number, "campaign": _of(campaign)})
    return row and _auction(row, 1.0)


def _of_day(day: date, period: Period, campaign: int | None, looked: int) -> Iterator[Auction]:
    """Yield a day's auctions. Numbers are drawn at random: those below a bound are a fair part."""
    (count,) = sql.row("SELECT count(*) FROM ads_auctionrecord WHERE day = %(day)s", {"day": day})
    part = min(1.0, looked / count) if count else 1.0
    last = UUID(int=min(int(part * ALL_NUMBERS), ALL_NUMBERS - 1))
    asked = {"day": day, "start": period.start, "end": period.end, "last": last, "campaign": _of(campaign)}
    for row in sql.rows(SOME if campaign else ALL, asked):
        auction = _auction(row, part)
        yield replace(auction, weight=auction.weight / _share(auction, campaign)) if campaign else auction


def _share(auction: Auction, campaign: int) -> float:
    """Return of how many such auctions the record of one keeps the campaign."""
    return max(entry.share for entry in auction.entries if entry.campaign == campaign)


def _of(campaign: int | None) -> str:
    return json.dumps([{"campaign": campaign}])


def _auction(row: Sequence, part: float) -> Auction:
    *facts, weight, candidates = row
    told = json.loads(candidates) if isinstance(candidates, str) else candidates
    return Auction(*facts, weight=weight / part, entries=tuple(map(_entry, told)))


def _entry(told: Mapping) -> Entry:
    return Entry(**{name: told[name] for name in Entry.__slots__ if name in told})


COLUMNS = "day, number, at, placement, slots, term, category, shopper, weight, candidates"
ALL = f"""
SELECT {COLUMNS} FROM ads_auctionrecord
WHERE day = %(day)s AND number <= %(last)s AND at >= %(start)s AND at < %(end)s
"""
SOME = f"{ALL} AND candidates @> %(campaign)s::jsonb"
ONE = f"""
SELECT {COLUMNS} FROM ads_auctionrecord
WHERE day = %(day)s AND number = %(number)s AND candidates @> %(campaign)s::jsonb
"""
