"""What is known of a campaign when it is steered, and what its last steering left behind."""

from dataclasses import dataclass
from datetime import date, datetime

from ..bidding.target import Adjustment
from ..models import Campaign, Steering
from .tallying import Tally

Mode = Campaign.BidMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What the clicks of the last seven days cost and brought, in the merchant's currency; `bid` was offered for them.

    `predicted` counts orders that were predicted for all clicks and `due` the part that had the time to come by now;
    `orders` came. `predicted_value`, `due_value` and `value` are the same in money: paid, or settled where the ROI is.
    """

    clicks: int = 0
    cost: float = 0.0
    bid: float = 0.0
    predicted: float = 0.0
    due: float = 0.0
    orders: float = 0.0
    predicted_value: float = 0.0
    due_value: float = 0.0
    value: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A campaign at an instant. `now` is the part of its day's traffic that has passed, from 0 to 1.

    `budget` is the most that the day may cost; `promotion` what its bids are multiplied by today; `rate` turns its
    currency into that of auctions. `target` is a cost or a ROI, None in the other modes. `share` is that of predicted
    orders which count: those of newcomers, where only they are wanted. `tally` is to be kept for the next look.
    """

    campaign: int
    merchant: int
    mode: str
    is_fast: bool = False
    target: float | None = None
    daily_budget: float
    budget: float
    spent: float
    promotion: float = 1.0
    rate: float = 1.0
    day: date
    now: float
    at: datetime
    share: float = 1.0
    window: Window = Window()
    tally: Tally | None = None

    @property
    def is_manual(self) -> bool:
        return self.mode in Campaign.MANUAL

    @property
    def counts_value(self) -> bool:
        return self.mode == Mode.TARGET_ROI

    @property
    def order_value(self) -> float:
        """A typical order: money where a ROI is the target, else 1."""
        seen = self.window
        if not self.counts_value:
            return 1.0
        return seen.predicted_value / seen.predicted if seen.predicted and seen.predicted_value else 1.0

    @property
    def values(self) -> tuple[float, float, float]:
        """The value that was predicted, the part of it that was due, and what came."""
        seen = self.window
        if self.counts_value:
            return seen.predicted_value, seen.due_value, seen.value
        return seen.predicted, seen.due, seen.orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What steering knows of a campaign from the time before; `since` is when its phase and `began` its learning began.

    `demand` is what a day would spend if the campaign took part in everything. `told` is the last step that was
    written: reason, multiplier, participation.
    """

    multiplier: float
    participation: float = 1.0
    phase: str = Steering.Phase.LEARNING
    since: datetime
    began: datetime
    mode: str
    target: float | None = None
    day: date | None = None
    limited_on: date | None = None
    last: Adjustment | None = None
    demand: float | None = None
    told: tuple[str, float, float] | None = None
    updated_at: datetime | None = None
