"""Explaining: how one recorded auction came to its price, as its own shop may see it: of others only their scores."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..auction import clearing
from ..auction.numbers import CENTS, PROBABILITY, RELEVANT, amount
from ..auction.outcomes import Outcome
from ..models import Placement, SearchTerm
from .holding import CPM, Bidder
from .reading import Auction, Entry

THOUSAND = 1_000
UNIT = CENTS * PROBABILITY * RELEVANT  # of a score: what an impression is worth in the currency of auctions


class Whose(models.TextChoices):
    """Whose ad stands in a ranking; others have no names."""

    OWN = "own", _("This campaign")
    SHOP = "shop", _("Another campaign of your shop")
    OTHER = "other", _("Another shop")


@dataclass(frozen=True, slots=True)
class Rank:
    """A place in a ranking; `ratio` is its score to that of one's own ad, in hundredths, None without one."""

    whose: Whose
    ratio: float | None
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """An auction as seen by a campaign. Money per event is in the shop's currency.

    Scores are what 1,000 impressions are worth in the currency of auctions. `floor` is the score that had to be
    matched, `exact` the price before it was rounded up, `needed` the least bid that would have won a lost auction.
    """

    auction: Auction
    term: str
    outcome: Outcome
    position: int | None
    is_viewable: bool
    is_explored: bool
    bid: Decimal
    chance: float
    quality: float
    score: Decimal
    reserve: Decimal
    floor: Decimal | None
    is_reserve: bool
    next_ratio: float | None
    exact: Decimal | None
    tick: Decimal
    gsp: Decimal | None
    price: Decimal | None
    vcg: Decimal | None
    needed: Decimal | None
    ranking: list[Rank]

    @property
    def placement(self) -> str:
        return Placement(self.auction.placement).label


def explain(auction: Auction, bidder: Bidder, *, term: str = "") -> Explained:
    """Return how an auction went for a campaign that took part in it."""
    own = best_of(auction, bidder)
    ranked = bidder.ranking(auction, 1.0)
    floor = _floor(own, ranked, auction, bidder)
    weight, won = bidder.weight(own), own.outcome == Outcome.WON
    least = None if won else bidder.needed(own, auction)
    return Explained(
        auction=auction, term=term, outcome=Outcome(own.outcome), position=own.position, is_viewable=own.mode == CPM,
        is_explored=own.is_explored, bid=amount(own.bid), chance=weight / (own.quality * PROBABILITY),
        quality=own.quality / RELEVANT, score=worth(own.score), reserve=worth(bidder.rules.reserve),
        floor=None if floor is None else worth(floor), is_reserve=floor == bidder.rules.reserve,
        next_ratio=_ratio(floor, own), exact=None if floor is None else _exact(floor, weight, bidder),
        tick=amount(bidder.rules.ticks[own.mode == CPM]),
        gsp=None if floor is None else amount(bidder.price(own, floor)),
        price=None if own.price is None else amount(own.price),
        vcg=None if own.vcg_price is None else amount(own.vcg_price), needed=None if least is None else amount(least),
        ranking=list(_ranks(own, ranked, auction, bidder)),
    )  # fmt: skip


def explain_all(auctions: list[Auction], bidder: Bidder) -> list[Explained]:
    """Return how auctions went for a campaign, with the searches they answered where these are known."""
    terms = texts({auction.term for auction in auctions})
    return [explain(auction, bidder, term=terms.get(auction.term, "")) for auction in auctions]


def texts(numbers: set[int | None]) -> dict[int, str]:
    """Return the searches of some numbers."""
    return dict(SearchTerm.objects.filter(number__in=numbers - {None}).values_list("number", "text"))


def best_of(auction: Auction, bidder: Bidder) -> Entry:
    """Return the campaign's ad that was shown, else the one that came closest."""
    own = [entry for entry in auction.entries if entry.campaign == bidder.campaign]
    return min(own, key=lambda entry: (entry.position or THOUSAND, -entry.score))


def worth(score: int) -> Decimal:
    """Return a score as what 1,000 impressions are worth, in the currency of auctions."""
    return (Decimal(score) * THOUSAND / UNIT).quantize(Decimal("0.0001"))


def currency_of_scores() -> str:
    return settings.AUCTION_CURRENCY


def _floor(own: Entry, ranked: list[Entry], auction: Auction, bidder: Bidder) -> int | None:
    """Return the score that a winner had to match: the reserve for who was shown to learn about it."""
    if own.outcome != Outcome.WON:
        return None
    place = next((place for place, entry in enumerate(ranked) if _is(entry, own)), None)
    if own.is_explored or place is None:
        return bidder.rules.reserve
    bids = [(entry.score, entry.merchant) for entry in ranked]
    return clearing.gsp(bids, max(auction.slots, place + 1), reserve=bidder.rules.reserve)[place]


def _exact(floor: int, weight: int, bidder: Bidder) -> Decimal | None:
    if not weight:
        return None
    return (Decimal(floor) * 1_000_000 / (Decimal(weight) * bidder.rate * CENTS)).quantize(Decimal("0.000001"))


def _ranks(own: Entry, ranked: list[Entry], auction: Auction, bidder: Bidder) -> Iterator[Rank]:
    for place, entry in enumerate(ranked):
        whose = Whose.SHOP if entry.merchant == bidder.merchant else Whose.OTHER
        whose = Whose.OWN if entry.campaign == bidder.campaign else whose
        yield Rank(whose, _ratio(entry.score, own), place < auction.slots - auction.is_explored)


def _ratio(score: int | None, own: Entry) -> float | None:
    return round(score / own.score, 2) if score is not None and own.score else None


def _is(entry: Entry, own: Entry) -> bool:
    return (entry.campaign, entry.product, entry.outcome) == (own.campaign, own.product, own.outcome)
