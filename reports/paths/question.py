"""What may be asked about paths: of which days, what a channel is, which touches count, and how they are read."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from ads.attribution.rules import Counted, Kind, Rule
from chengfeng.periods import local_date
from shops.models import Merchant

from ..measuring.periods import LABELS, Days, resolve

MOST_STEPS = 30  # of a path: its last ones; how many paths were longer is counted
SETTLED = timedelta(seconds=10)  # after it was recorded a row may still be on its way into the tables
EARLIEST, LATEST = date(1971, 1, 1), date(2200, 12, 31)
EARLIEST_MOMENT = datetime(1972, 1, 1, tzinfo=UTC)
BETWEEN = "\x1f"  # follows every step of a path that is one text
CHANNELS = {
    "placement": _("Placement"), "campaign": _("Campaign"), "brand": _("Advertised brand"), "kind": _("Kind of touch"),
}  # fmt: skip
TOUCHES = {
    "click": _("Clicks"),
    "viewable": _("Clicks and viewable impressions"),
    "engagement": _("Clicks, viewable impressions and engagements"),
}
KINDS = {
    "click": (Kind.CLICK,),
    "viewable": (Kind.CLICK, Kind.VIEWABLE),
    "engagement": (Kind.CLICK, Kind.VIEWABLE, Kind.ENGAGEMENT),
}
WINDOWS = (7, 14, 30, 90)
ORDERS = (1, 2, 3)
REPEATS = {"once": _("Count as one step"), "kept": _("Are steps of their own")}
VALUES = {"gross": _("As paid"), "net": _("Net of refunds")}
PERIODS = {name: label for name, label in LABELS.items() if name not in ("today", "yesterday", "this_week")}

READ = ("channel", "touches", "window", "order", "repeats", "value")  # how journeys of some days are read


@dataclass(frozen=True, slots=True)
class PathQuestion:
    """A question about the paths of a shop; `window` is in days, `order` that of the Markov chain."""

    period: str | Days = "last_30_days"
    channel: str = "placement"
    touches: str = "click"
    window: int = 7
    order: int = 1
    repeats: str = "once"
    value: str = "gross"
    as_of: datetime | None = None

    @property
    def rule(self) -> Rule:
        """Return how far back touches are read: those of a window before the end of a journey that took one to end."""
        read = 2 * timedelta(days=self.window)
        return Rule("paths", "", tuple(Counted(kind, read) for kind in KINDS[self.touches]))


@dataclass(frozen=True, slots=True)
class Pinned:
    """A question with its days, and the moment up to which rows are known: its answer never changes."""

    question: PathQuestion
    days: Days
    as_of: datetime

    @property
    def version(self) -> str:
        """12 hex digits that change with the question, its days and the moment."""
        told = self.document() | {"as_of": self.as_of.isoformat(), "steps": MOST_STEPS}
        return hashlib.blake2b(repr(sorted(told.items())).encode(), digest_size=6).hexdigest()

    def document(self) -> dict[str, str | int]:
        """Return what is asked as JSON, but for the moment."""
        asked = asdict(self.question)
        return {name: asked[name] for name in READ} | self.days.document()

    @classmethod
    def of(cls, document: Mapping[str, str | int], as_of: str) -> "Pinned":
        """Return what such a document asks as of a moment."""
        days = Days(*(date.fromisoformat(document[end]) for end in ("first", "last")))
        question = PathQuestion(period=days, **{name: document[name] for name in READ})
        return cls(question, days, datetime.fromisoformat(as_of))


def pin(question: PathQuestion, merchant: Merchant, *, at: datetime) -> Pinned:
    """Return the question as of its own moment, or the latest whole minute of which every row is there."""
    latest = at - SETTLED
    as_of = min(question.as_of, latest) if question.as_of else latest.replace(second=0, microsecond=0)
    return Pinned(question, resolve(question.period, today=local_date(as_of, merchant.time_zone)), as_of)
