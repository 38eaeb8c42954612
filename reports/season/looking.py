"""The report of a season: what merchants sold, spent and earned, beside last year and the days before."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from django.core.cache import cache

from chengfeng import sql
from shops.models import Merchant

from .. import finality
from ..finality import Finality
from ..measuring.periods import Days
from ..metrics import Metric
from . import brands, cohorts, turnover
from .brands import Branded
from .choosing import Asked
from .cohorts import Cohort, Member
from .numbers import NUMBERS, growth, number, verdict
from .turnover import BEFORE, NOW, YEAR, Period

MANY, KEPT = 100, 60  # of so many merchants what was found is kept for so many seconds
Found = TypeVar("Found")
HEADLINES = (
    "paid_gmv", "roi", "kept_roi", "spend", "ad_gmv", "ad_share", "paid_orders", "buyers", "new_buyers",
    "refunded_share", "settled_share",
)  # fmt: skip
SORTS = {
    "name": lambda member: member.name, "paid_gmv": lambda member: member.turnover,
    "last": lambda member: member.last_turnover, "growth": lambda member: member.growth,
    **{code: lambda member, code=code: member[code] for code in (
        "paid_orders", "buyers", "new_buyers", "spend", "ad_gmv", "roi", "kept_roi", "refunded_share", "settled_share",
    )},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Headline:
    """A number of the season, with its growth since last year and its uplift over the days before."""

    metric: Metric
    value: Decimal | int | None
    last: Decimal | int | None
    growth: Decimal | None
    before: Decimal | int | None
    uplift: Decimal | None

    @property
    def verdict(self) -> str:
        return verdict(self.metric.code, self.growth)

    @property
    def uplift_verdict(self) -> str:
        return verdict(self.metric.code, self.uplift)


@dataclass(frozen=True)
class Report:
    """A season of some merchants of one currency, as of a moment."""

    asked: Asked
    merchants: Sequence[Merchant]
    periods: Mapping[str, Period]
    finality: Finality
    at: datetime

    @property
    def now(self) -> Period:
        return self.periods[NOW]

    @property
    def has_last_year(self) -> bool:
        """Whether anything was sold on the days of last year; else there is nothing to compare with."""
        return self.periods[YEAR].total["paid_gmv"] > 0

    @property
    def is_empty(self) -> bool:
        return not any(self.now.total.values())

    @cached_property
    def headlines(self) -> list[Headline]:
        return [self.headline(code) for code in HEADLINES]

    def headline(self, code: str) -> Headline:
        now, year, before = (self.periods[name].total for name in (NOW, YEAR, BEFORE))
        return Headline(
            NUMBERS[code], number(code, now), number(code, year), growth(code, now, year), number(code, before),
            growth(code, now, before),
        )  # fmt: skip

    @cached_property
    def members(self) -> list[Member]:
        """Every merchant with its sums."""
        return [self._member(merchant) for merchant in self.merchants]

    def _member(self, merchant: Merchant) -> Member:
        now, year, before = (self.periods[name].of(merchant) for name in (NOW, YEAR, BEFORE))
        here, there = (cohorts.place(sums["paid_gmv"], self.asked.cuts) for sums in (now, year))
        return Member(merchant, now, year, before, here, there)

    @cached_property
    def cohorts(self) -> list[Cohort]:
        return cohorts.divide(self.members, self.asked.cuts, goal=self.asked.goal)

    @property
    def moves(self) -> list[tuple[Cohort, list[tuple[Cohort, int]]]]:
        """How many merchants came from each cohort of last year, into each of this one."""
        table = cohorts.moves(self.members, len(self.cohorts))
        return [
            (last, list(zip(self.cohorts, row, strict=True))) for last, row in zip(self.cohorts, table, strict=True)
        ]

    @property
    def moves_told(self) -> list[tuple[Cohort, list[tuple[Cohort, int]]]]:
        """The same without the cohorts in which nobody is or was."""
        return [
            (last, [(cohort, number) for cohort, number in row if cohort.members or cohort.last])
            for last, row in self.moves if last.members or last.last
        ]  # fmt: skip

    @property
    def like_for_like(self) -> Decimal | None:
        return cohorts.like_for_like(self.members)

    @property
    def good(self) -> int:
        return cohorts.good(self.members, self.asked.goal)


def look(merchants: Sequence[Merchant], asked: Asked, *, at: datetime) -> Report:
    """Return the report over the merchants of the currency that is asked for."""
    chosen = [merchant for merchant in merchants if merchant.currency == asked.currency]
    periods, at = _kept("turnover", chosen, asked, lambda: turnover.look(chosen, _periods(asked), at=at), at=at)
    return Report(asked, chosen, periods, finality_of(asked, at=at), at)


def look_at_brands(merchants: Sequence[Merchant], asked: Asked, *, at: datetime) -> tuple[list[Branded], Branded]:
    """Return the brands of those merchants in the season, and all together."""
    chosen = [merchant for merchant in merchants if merchant.currency == asked.currency]
    periods = {NOW: asked.so_far, YEAR: asked.year_so_far}
    return _kept("brands", chosen, asked, lambda: brands.look(chosen, periods, at=at), at=at)[0]


def _kept(
    what: str, merchants: Sequence[Merchant], asked: Asked, look: Callable[[], Found], *, at: datetime
) -> tuple[Found, datetime]:
    """Return what a look finds, as all of it was at one moment, and that moment.

    Of many merchants it may be what was found some seconds ago, for whoever turns the page or sorts it anew.
    """

    def found() -> tuple[Found, datetime]:
        with sql.still():
            return look(), at

    if len(merchants) < MANY:
        return found()
    told = repr((what, [merchant.pk for merchant in merchants], asked.so_far, asked.year_so_far))
    return cache.get_or_set(f"season:{hashlib.blake2b(told.encode(), digest_size=16).hexdigest()}", found, KEPT)


def finality_of(asked: Asked, *, at: datetime) -> Finality:
    return finality.of(asked.so_far.last, at=at)


def chosen(report: Report, cohort: int | None, was: int | None) -> list[Member]:
    """Return the members of the cohort of that place now, and last year, the highest being 1; all where it is None."""
    return [
        member
        for member in report.members
        if (cohort is None or member.cohort == cohort - 1) and (was is None or member.last_cohort == was - 1)
    ]


def _periods(asked: Asked) -> dict[str, Days | None]:
    return {NOW: asked.so_far, YEAR: asked.year_so_far, BEFORE: asked.before}


def in_order(members: Sequence[Member], sort: str) -> list[Member]:
    """Return members by one of SORTS, a minus sign turning it round; what is not known comes last."""
    code, backwards = sort.removeprefix("-"), sort.startswith("-")
    if code not in SORTS:
        code, backwards = "paid_gmv", True
    by_name = sorted(members, key=lambda member: (member.name, member.merchant.pk))
    known = [member for member in by_name if SORTS[code](member) is not None]
    unknown = [member for member in by_name if SORTS[code](member) is None]
    return sorted(known, key=SORTS[code], reverse=backwards) + unknown
