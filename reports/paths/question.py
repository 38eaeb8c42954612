"""What may be asked about paths: of which days, what a channel is, which touches count, and how they are read."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from ads.attribution.rules import Counted, Kind, Rule

from ..measuring.periods import LABELS, Days

MOST_STEPS = 30  # of a path: its last ones; how many paths were longer is counted
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

    def version(self, days: Days, as_of: datetime) -> str:
        """Return 12 hex digits that change with the question, its days, and the moment up to which rows were known."""
        told = asdict(self) | {"period": days.document(), "as_of": as_of.isoformat(), "steps": MOST_STEPS}
        return hashlib.blake2b(repr(sorted(told.items())).encode(), digest_size=6).hexdigest()
