"""A running ad as the auction takes it in: what it shows, what it bids, when, where and to whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from ..models import ALWAYS, Campaign, Placement, Pricing
from ..prediction import AdFacts

CPC, CPM = Campaign.BidMode.CPC.value, Campaign.BidMode.CPM.value
EVERYWHERE = frozenset(Placement.values)


@dataclass(frozen=True, slots=True)
class Shop:
    """Whose product it is, as a card says it."""

    slug: str
    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class NoteCard:
    """A note that is advertised, as a card says it."""

    code: str
    title: str
    title_en: str
    image: str


@dataclass(frozen=True, slots=True)
class Card:
    """What an ad shows: enough to draw it without asking the database. A note shows itself in place of its product."""

    code: str
    title: str
    title_en: str
    currency: str
    image: str
    merchant: Shop
    headline: str = ""
    note: NoteCard | None = None


@dataclass(frozen=True, slots=True)
class KeywordBid:
    """A search for which an ad bids; without a bid of its own it bids like the ad."""

    keyword: int
    text: str
    match: str
    bid: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Promotion:
    """Local days, both included, on which a campaign bids and spends so many per cent more."""

    first_day: date
    last_day: date
    bid_percent: int = 0
    budget_percent: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A running ad.

    `bid` is per click or, with `cpm`, per 1,000 viewable impressions; in the modes that bid by themselves it is the
    highest price of a click. `target` is a cost per conversion or a ROI. `rate` turns the ad's currency into the one
    that auctions compare in. `negatives` and `group_negatives` are pairs of text and match.
    """

    ad: int
    group: int
    campaign: int
    merchant: int
    product: int
    product_code: str
    bid: Decimal | None
    daily_budget: Decimal
    mode: str = CPC
    target: Decimal | None = None
    roi_on: str = Campaign.RoiOn.PAID.value
    title: str = ""
    currency: str = "CNY"
    rate: Decimal = Decimal(1)
    time_zone: str = "Asia/Shanghai"
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    hours: str = ALWAYS
    placements: frozenset[str] = EVERYWHERE
    modifiers: Mapping[str, int] = field(default_factory=dict)
    promotions: tuple[Promotion, ...] = ()
    frequency_cap: int | None = None
    categories: frozenset[int] = frozenset()
    keywords: tuple[KeywordBid, ...] = ()
    negatives: tuple[tuple[str, str], ...] = ()
    group_negatives: tuple[tuple[str, str], ...] = ()
    audiences: frozenset[int] = frozenset()
    left_out: frozenset[int] = frozenset()
    exclude_buyers_days: int | None = None
    facts: AdFacts | None = None
    card: Card | None = None

    @property
    def is_untargeted(self) -> bool:
        return not self.categories and not self.keywords

    @property
    def is_manual(self) -> bool:
        return self.mode in (CPC, CPM)

    @property
    def pricing(self) -> str:
        return Pricing.CPM.value if self.mode == CPM else Pricing.CPC.value
