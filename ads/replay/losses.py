"""Losses: how often campaigns took part in auctions, how many they won, and what the others were lost to."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from chengfeng.periods import days_period, each_day
from shops.models import Merchant

from ..auction.outcomes import Outcome
from ..models import AuctionHour, Campaign


class Loss(models.TextChoices):
    """What auctions are lost to, as far as somebody can do something about it."""

    RANK = "rank", _("Lost to rank")
    BUDGET = "budget", _("Lost to budget")
    BALANCE = "balance", _("Lost to an empty wallet")
    CAPS = "caps", _("Lost to caps")
    GOODS = "goods", _("Lost to the goods")


LOST_TO = {
    Loss.RANK: (Outcome.OUTRANKED, Outcome.BELOW_RESERVE, Outcome.EXPLORED_AWAY),
    Loss.BUDGET: (Outcome.BUDGET, Outcome.TOTAL_BUDGET, Outcome.ACCOUNT_BUDGET, Outcome.THROTTLED),
    Loss.BALANCE: (Outcome.BALANCE,),
    Loss.CAPS: (Outcome.CAPPED, Outcome.DUPLICATE, Outcome.MERCHANT_LIMIT),
    Loss.GOODS: (Outcome.NOT_ON_SALE, Outcome.OUT_OF_STOCK, Outcome.REJECTED),
}
LEFT_OUT = (Outcome.AUDIENCE, Outcome.BUYER, Outcome.NEGATIVE, Outcome.SCHEDULE, Outcome.PLACEMENT)


@dataclass(frozen=True, slots=True)
class Share:
    """Auctions by outcome, estimated from the sample; a share of nothing is None."""

    outcomes: Counter = field(default_factory=Counter)

    @property
    def reached(self) -> float:
        """Auctions that reached an ad, also those that the campaign's own settings left out."""
        return sum(self.outcomes.values())

    @property
    def auctions(self) -> float:
        """Auctions that the campaign wanted."""
        return self.reached - self.left_out

    @property
    def left_out(self) -> float:
        """Auctions outside the schedule, placements and audiences, and on negative keywords."""
        return self._sum(LEFT_OUT)

    @property
    def won(self) -> float:
        return self.outcomes[Outcome.WON]

    @property
    def share(self) -> float | None:
        """The impression share: won auctions of those that were wanted."""
        return self.won / self.auctions if self.auctions else None

    def lost(self, loss: Loss) -> float:
        return self._sum(LOST_TO[loss])

    def share_lost(self, loss: Loss) -> float | None:
        """Return the part of wanted auctions that was lost to something; with `share` these add up to one."""
        return self.lost(loss) / self.auctions if self.auctions else None

    @property
    def lost_to(self) -> dict[Loss, float | None]:
        return {loss: self.share_lost(loss) for loss in Loss}

    @property
    def reasons(self) -> list[tuple[Outcome, float]]:
        """Why auctions were not won, the most frequent first."""
        return [(Outcome(outcome), count) for outcome, count in self.outcomes.most_common() if outcome != Outcome.WON]

    def _sum(self, outcomes: tuple[Outcome, ...]) -> float:
        return sum(self.outcomes[outcome] for outcome in outcomes)


@dataclass(frozen=True, slots=True)
class Losses:
    """The shares of some local days: as a whole, by day, by placement, by campaign (pk)."""

    whole: Share
    days: Mapping[date, Share]
    placements: Mapping[str, Share]
    campaigns: Mapping[int, Share]


def losses(of: Campaign | Merchant, first: date, last: date) -> Losses:
    """Return what became of the auctions of a campaign, or of all of a merchant, on local days, both included."""
    merchant = of.merchant if isinstance(of, Campaign) else of
    period = days_period(first, last, merchant.time_zone)
    rows = AuctionHour.objects.filter(merchant=merchant, hour__gte=period.start, hour__lt=period.end)
    rows = rows.filter(campaign=of) if isinstance(of, Campaign) else rows
    sums = _Sums(rows, ZoneInfo(merchant.time_zone))
    return Losses(
        sums.whole, {day: sums.days[day] for day in each_day(first, last)}, dict(sums.placements), dict(sums.campaigns)
    )


class _Sums:
    """Adds up hours."""

    def __init__(self, rows: QuerySet[AuctionHour], zone: ZoneInfo):
        self.whole = Share()
        self.days, self.placements, self.campaigns = (defaultdict(Share) for _ in range(3))
        day = TruncDate("hour", tzinfo=zone)
        keys = ("local_day", "placement", "campaign_id", "outcome")
        for row in rows.annotate(local_day=day).order_by(*keys).values_list(*keys).annotate(count=Sum("auctions")):
            self._add(*row)

    def _add(self, day: Hashable, placement: str, campaign: int, outcome: str, count: float) -> None:
        for share in (self.whole, self.days[day], self.placements[placement], self.campaigns[campaign]):
            share.outcomes[outcome] += count
