"""The touches of an order on a line of time that ends with the order, in per cent of the width that there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from ads.attribution import Candidate, Rule
from ads.models import EventKind

FIRST, ORDER, AFTER = 2.0, 96.0, 98.5  # per cent: the earliest touch, the order, and what came after it
DAY = timedelta(days=1)
SCALES = (7, 30, 90)
MARKS = (1, 3, 7, 14, 30, 60, 90)
MINOR = {7: (), 30: (1,), 90: (1, 3, 14)}  # marks of a scale that a narrow screen leaves out
MOST = 400
RADIUS = {EventKind.CLICK: 7, EventKind.ENGAGEMENT: 6}


@dataclass(frozen=True, slots=True)
class Dot:
    candidate: Candidate
    x: float

    @property
    def radius(self) -> int:
        return 10 if self.candidate.is_taken else RADIUS.get(self.candidate.event.kind, 4)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Dots, those that were taken on top; windows as where they begin and how wide they are; marks of days."""

    dots: Sequence[Dot]
    windows: Sequence[tuple[float, float]]
    marks: Sequence[tuple[int, float, bool]]


def draw(candidates: Sequence[Candidate], rule: Rule) -> Timeline:
    """Place candidates on the shortest scale that holds them and the rule's windows."""
    oldest = max([candidate.elapsed for candidate in candidates] + [rule.window])
    scale = next((days for days in SCALES if oldest <= days * DAY), SCALES[-1])
    starts = sorted({place(counted.window, scale) for counted in rule.counts})
    return Timeline(
        _dots(candidates, scale), [(start, round(ORDER - start, 2)) for start in starts],
        [(days, place(days * DAY, scale), days in MINOR[scale]) for days in MARKS if days <= scale],
    )  # fmt: skip


def place(elapsed: timedelta, scale: int) -> float:
    """Return where on the line that is, early times closer together."""
    if elapsed < timedelta(0):
        return AFTER
    share = min((elapsed / (scale * DAY)) ** 0.5, 1)
    return round(ORDER - share * (ORDER - FIRST), 2)


def _dots(candidates: Sequence[Candidate], scale: int) -> list[Dot]:
    """Return a dot for all touches that would lie upon each other, the earliest first and those taken last."""
    dots = {}
    for candidate in candidates:
        x = place(candidate.elapsed, scale)
        dots.setdefault((candidate.is_taken, candidate.event.kind, round(x * 5)), Dot(candidate, x))
    kept = sorted(dots.values(), key=lambda dot: (dot.candidate.is_taken, dot.radius, dot.x))
    return kept[-MOST:]
