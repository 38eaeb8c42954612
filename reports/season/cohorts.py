"""Merchants by their turnover: cohorts between cuts, what each came to, and who moved between them since last year."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from chengfeng.money import ZERO
from shops.models import Merchant

from .numbers import Sums, growth, number, total


@dataclass(frozen=True, slots=True)
class Member:
    """A merchant with its sums of the season, of last year's and of the days before."""

    merchant: Merchant
    now: Sums
    year: Sums
    before: Sums
    cohort: int
    last_cohort: int

    @property
    def name(self) -> str:
        return self.merchant.name

    @property
    def turnover(self) -> Decimal:
        return self.now["paid_gmv"]

    @property
    def last_turnover(self) -> Decimal:
        return self.year["paid_gmv"]

    @property
    def growth(self) -> Decimal | None:
        return growth("paid_gmv", self.now, self.year)

    @property
    def is_new(self) -> bool:
        """Whether it sells in this season and sold nothing in last year's."""
        return self.turnover > 0 and self.last_turnover <= 0

    def __getitem__(self, code: str) -> Decimal | int | None:
        return number(code, self.now)


@dataclass(frozen=True)
class Cohort:
    """The merchants with a turnover from `floor` to below `ceiling`; a floor of None means that nothing was sold.

    `last` are those who were here last year, of whom some are elsewhere now.
    """

    place: int
    floor: Decimal | None
    ceiling: Decimal | None
    members: Sequence[Member]
    last: Sequence[Member]
    goal: Decimal
    all_turnover: Decimal = field(default=ZERO)

    @cached_property
    def sums(self) -> Sums:
        return total(member.now for member in self.members)

    def __getitem__(self, code: str) -> Decimal | int | None:
        return number(code, self.sums)

    @cached_property
    def turnover(self) -> Decimal:
        return sum((member.turnover for member in self.members), ZERO)

    @property
    def share(self) -> Decimal | None:
        return self.turnover / self.all_turnover if self.all_turnover > 0 else None

    @property
    def number(self) -> int:
        """The place as people count, the highest being 1."""
        return self.place + 1

    @property
    def width(self) -> str:
        """The share as a hundredth of a bar."""
        return f"{(self.share or ZERO) * 100:.1f}"

    @property
    def newcomers(self) -> int:
        return sum(member.is_new for member in self.members)

    @property
    def growth(self) -> Decimal | None:
        """How its turnover compares with that of the merchants who were in this cohort last year."""
        return _relative(self.turnover, sum((member.last_turnover for member in self.last), ZERO))

    @property
    def like_for_like(self) -> Decimal | None:
        """How the turnover of its merchants who sold in both years compares with their own of last year."""
        return like_for_like(self.members)

    @property
    def good(self) -> int:
        """How many have a ROI above the goal."""
        return good(self.members, self.goal)


def place(turnover: Decimal, cuts: Sequence[Decimal]) -> int:
    """Return the place of a turnover among cohorts: from the highest down, then below the lowest cut, then nothing."""
    if turnover <= 0:
        return len(cuts) + 1
    return next((n for n, cut in enumerate(cuts) if turnover >= cut), len(cuts))


def divide(members: Sequence[Member], cuts: Sequence[Decimal], *, goal: Decimal) -> list[Cohort]:
    """Return the cohorts that cuts make, the highest first, then who sold below all cuts, and who sold nothing."""
    floors = [*cuts, ZERO, None]
    ceilings = [None, *cuts, ZERO]
    turnover = sum((member.turnover for member in members), ZERO)
    return [
        Cohort(
            n, floor, ceiling, [m for m in members if m.cohort == n], [m for m in members if m.last_cohort == n], goal,
            turnover,
        )
        for n, (floor, ceiling) in enumerate(zip(floors, ceilings, strict=True))
    ]  # fmt: skip


def moves(members: Iterable[Member], number_of: int) -> list[list[int]]:
    """Return how many merchants came from which cohort of last year (rows) into which of this one (columns)."""
    table = [[0] * number_of for _ in range(number_of)]
    for member in members:
        table[member.last_cohort][member.cohort] += 1
    return table


def like_for_like(members: Iterable[Member]) -> Decimal | None:
    """Return the growth of those who sold in both years."""
    both = [member for member in members if member.turnover > 0 and member.last_turnover > 0]
    now, then = (sum((getattr(m, name) for m in both), ZERO) for name in ("turnover", "last_turnover"))
    return _relative(now, then)


def good(members: Iterable[Member], goal: Decimal) -> int:
    """Return how many merchants have a ROI above the goal."""
    return sum((member["roi"] or ZERO) > goal for member in members)


def _relative(now: Decimal, then: Decimal) -> Decimal | None:
    return now / then - 1 if then > 0 else None
