"""Which events count: every rule against invalid traffic, each with the reason it leaves on the event."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from crawleruseragents import is_crawler
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from shops.models import Membership, User

from .models import Event, EventKind
from .tokens import AdToken

TOKEN_LIFE = timedelta(hours=48)
CLOCK_SKEW = timedelta(seconds=60)
FASTEST_CLICK = timedelta(milliseconds=300)
REPEAT = timedelta(seconds=30)
DAY = timedelta(hours=24)
LIMITS = ((timedelta(hours=1), 5), (DAY, 15))  # so many clicks of one person on one campaign


class Reason(TextChoices):
    NO_AGENT = "no_agent", _("No user agent")
    ROBOT = "robot", _("A known robot")
    PREFETCH = "prefetch", _("Fetched ahead, not seen")
    STAFF = "staff", _("The merchant's own staff")
    TOO_FAST = "too_fast", _("Clicked within 300 ms")
    REPEATED = "repeated", _("Clicked again within 30 s")
    VELOCITY = "velocity", _("More than 5 clicks on a campaign in an hour, or 15 in 24 h")
    NO_BUDGET = "no_budget", _("Free: the day's budget was spent")
    NO_BALANCE = "no_balance", _("Free: the wallet was empty")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sends events: the user agent, whether the browser only fetched ahead, and who is logged in, if anybody."""

    agent: str = ""
    is_prefetch: bool = False
    user: User | None = None
    _employers: list = field(default_factory=list, compare=False)

    def works_for(self, merchant_id: int) -> bool:
        """Tell whether the visitor is a member of the merchant; asks the database once, about the logged-in only."""
        if self.user is None or not self.user.is_authenticated:
            return False
        if not self._employers:
            mine = Membership.objects.filter(user=self.user, revoked_at=None)
            self._employers.append(set(mine.values_list("merchant_id", flat=True)))
        return merchant_id in self._employers[0]


@lru_cache(maxsize=4096)
def is_robot(agent: str) -> bool:
    return is_crawler(agent)


def judge(token: AdToken, kind: str, *, at: datetime, visitor: Visitor) -> str:
    """Return why an event does not count, as far as it shows by itself, or an empty text."""
    if not visitor.agent.strip():
        return Reason.NO_AGENT
    if is_robot(visitor.agent[:500]):
        return Reason.ROBOT
    if visitor.is_prefetch:
        return Reason.PREFETCH
    if visitor.works_for(token.merchant_id):
        return Reason.STAFF
    if kind == EventKind.CLICK and at - token.decided_at < FASTEST_CLICK:
        return Reason.TOO_FAST
    return ""


class History:
    """The valid clicks of some shoppers on some campaigns, against which further clicks are judged.

    Load it under the lock of those campaigns: then two clicks at once cannot both be the first.
    """

    def __init__(self, clicks: Iterable[tuple[UUID, int, int, datetime]]):
        self._of_ad: dict[tuple, list[datetime]] = defaultdict(list)
        self._of_campaign: dict[tuple, list[datetime]] = defaultdict(list)
        for shopper, ad, campaign, at in clicks:
            self.add(shopper, ad, campaign, at)

    @classmethod
    def load(cls, shoppers: set[UUID], campaigns: set[int], *, first: datetime, last: datetime) -> "History":
        """Read what may matter for clicks between `first` and `last`, both included."""
        since, until = first - DAY, last + REPEAT
        clicks = Event.objects.filter(
            shopper__in=shoppers, campaign__in=campaigns, kind=EventKind.CLICK, is_valid=True,
            at__gte=since, at__lte=until, day__gte=(since - TOKEN_LIFE).date(), day__lte=until.date(),
        )  # fmt: skip
        return cls(clicks.values_list("shopper", "ad_id", "campaign_id", "at"))

    def add(self, shopper: UUID, ad: int, campaign: int, at: datetime) -> None:
        self._of_ad[shopper, ad].append(at)
        self._of_campaign[shopper, campaign].append(at)

    def judge(self, shopper: UUID, ad: int, campaign: int, at: datetime) -> str:
        """Return why a click does not count after those before it, or an empty text."""
        if any(abs(at - other) < REPEAT for other in self._of_ad[shopper, ad]):
            return Reason.REPEATED
        before = self._of_campaign[shopper, campaign]
        if any(sum(at - span < other <= at for other in before) >= most for span, most in LIMITS):
            return Reason.VELOCITY
        return ""
