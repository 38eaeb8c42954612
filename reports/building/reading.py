"""Reading a run: its definition, a page of its rows in any order, its totals, and how it differs from another."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from django.db.models import Count, Sum

from ads.attribution.presets import DEFAULT
from ads.models import Credit
from chengfeng.money import ZERO
from chengfeng.periods import days_period

from ..measuring.asking import Result, Row, amount
from ..measuring.definition import Definition
from ..measuring.measures import SUMS
from .between import Happening, between
from .models import ReportRun

READ = 1000  # rows at once


class NotComparable(ValueError):
    """Two runs do not answer the same question."""


@dataclass(frozen=True)
class Kept:
    """A run that is ready, as it is read."""

    run: ReportRun

    @property
    def definition(self) -> Definition:
        return self.run.question

    @property
    def path(self) -> Path:
        return Path(self.run.file.path)

    @cached_property
    def total(self) -> Row:
        """The sums of all rows, those included that a limit leaves out."""
        return Row((), self._amounts("now"), self._amounts("then") if self.definition.compare else None)

    def _amounts(self, side: str) -> dict[str, Decimal | int]:
        return {code: amount(value, SUMS[code].unit) for code, value in self.run.totals[side].items()}

    def page(self, *, start: int = 0, number: int = 50, sort: str | None = None) -> list[Row]:
        """Return `number` rows from place `start` on, in the order of the definition or sorted by a column.

        Raises ValueError for a column that the run has not.
        """
        from ..measuring import kept

        known = {*self.definition.dimensions, *self.definition.offered, ""}
        if sort is not None and sort.removeprefix("-") not in known:
            raise ValueError(f"no column {sort}")
        return kept.page(self.path, self.definition, start=start, number=number, sort=sort)

    def result(self, *, sort: str | None = None) -> Result:
        """Return the run as an answer whose rows are read when they are looked at."""
        told = self.run.heading
        return Result(
            definition=self.definition, days=self.definition.period, compared=self.definition.compare,
            rows=_Rows(self, sort), number=told["number"], total=self.total, currency=told["currency"],
            zone=told["zone"], as_of=self.run.as_of,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Rows(Sequence[Row]):
    """The rows of a run, of which only those are read that are asked for."""

    kept: Kept
    sort: str | None = None

    def __len__(self) -> int:
        return self.kept.run.rows

    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        start, stop, _ = (place if isinstance(place, slice) else slice(place, place + 1)).indices(len(self))
        found = self.kept.page(start=start, number=max(stop - start, 0), sort=self.sort)
        return found if isinstance(place, slice) else found[0]

    def __iter__(self) -> Iterator[Row]:
        for start in range(0, len(self), READ):
            yield from self[start : start + READ]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why posted credits of the days changed between two moments, by how many entries and by how much."""

    reason: str
    entries: int
    amount: Decimal

    @property
    def label(self) -> str:
        return str(Credit.Reason(self.reason).label)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two answers to one question, the earlier moment first: rows that differ, totals, and what happened between."""

    earlier: ReportRun
    later: ReportRun
    number: int
    rows: list
    totals: dict[str, tuple]
    happened: list[Happening]
    causes: list[Cause]


def in_order(one: ReportRun, other: ReportRun) -> tuple[ReportRun, ReportRun]:
    """Return two runs of the same question, the one of the earlier moment first; raises NotComparable."""
    if _question(one) != _question(other):
        raise NotComparable("the runs ask different questions")
    earlier, later = sorted((one, other), key=lambda run: (run.as_of, run.pk))
    return earlier, later


def compare(one: ReportRun, other: ReportRun, *, start: int = 0, number: int = 50) -> Comparison:
    """Return what differs between two runs of the same question; raises NotComparable.

    `happened` is what was recorded between their moments, `causes` what was posted then to credits by the default rule
    on sales and refunds of the days that were there before.
    """
    from ..measuring import kept

    earlier, later = in_order(one, other)
    before, after = Kept(earlier), Kept(later)
    definition = after.definition
    differing, rows = kept.differences(before.path, after.path, definition, start=start, number=number)
    totals = {code: (before.total[code], after.total[code]) for code in definition.offered}
    happened = between(later.shops, definition, earlier.as_of, later.as_of)
    return Comparison(earlier, later, differing, rows, totals, happened, _causes(later, definition, earlier.as_of))


def _question(run: ReportRun) -> tuple:
    definition = run.question
    return definition.with_(as_of=None, sort=""), definition.rule.version, [shop.pk for shop in run.shops]


def _causes(run: ReportRun, definition: Definition, since: datetime) -> list[Cause]:
    found: Counter[str] = Counter()
    sums: dict[str, Decimal] = {}
    for shop in run.shops:
        days = days_period(definition.period.first, definition.period.last, shop.time_zone)
        posted = Credit.objects.filter(
            merchant=shop, rule=DEFAULT.name, posted_at__gt=since, posted_at__lte=run.as_of, at__gte=days.start,
            at__lt=days.end,
        )  # fmt: skip
        for reason, entries, posted_sum in posted.values_list("reason").annotate(Count("pk"), Sum("amount")):
            found[reason] += entries
            sums[reason] = sums.get(reason, ZERO) + (posted_sum or ZERO)
    return [Cause(reason, found[reason], sums[reason]) for reason in sorted(found)]
