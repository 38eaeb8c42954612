"""Holding an auction again: its recorded ads, one campaign's bids changed, ranked and priced by the same rule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from ..auction import clearing
from ..auction.moments import Rules
from ..auction.numbers import MOST_VALUE, PROBABILITY, RATE
from ..auction.outcomes import Outcome
from ..models import Campaign
from .reading import Auction, Entry

UNSPENT = frozenset({Outcome.BELOW_RESERVE, Outcome.BUDGET, Outcome.THROTTLED})  # what another bid may change
CPM = Campaign.BidMode.CPM


class Win(NamedTuple):
    """A slot that an ad gets: what it pays for what is charged, and how likely it is charged."""

    entry: Entry
    price: int
    chance: float


@dataclass(frozen=True)
class Bidder:
    """A campaign as auctions see it: its currency's rate in millionths, and the highest bid it allows, if any."""

    campaign: int
    merchant: int
    rate: int
    rules: Rules
    highest: int | None = None

    def wins(self, auction: Auction, factor: float) -> list[Win]:
        """Return what the campaign's ads would win if each bid were so many times what it was."""
        ranked, slots = self.ranking(auction, factor), auction.slots
        floors = clearing.gsp([(entry.score, entry.merchant) for entry in ranked], slots, reserve=self.rules.reserve)
        shown = list(zip(ranked, floors, strict=False))
        shown = shown[:-1] if auction.is_explored else shown
        own = [self._win(entry, floor) for entry, floor in shown if entry.campaign == self.campaign]
        return own + [self._explored(entry) for entry in auction.entries if self._is_own(entry) and entry.is_explored]

    def ranking(self, auction: Auction, factor: float) -> list[Entry]:
        """Return the ads of an auction in their new order: each product once, a few of each merchant."""
        rivals = [entry for entry in auction.standing if not self._is_own(entry)]
        changed = [self._changed(entry, factor) for entry in self.open(auction)]
        entries = rivals + [entry for entry in changed if entry.score >= self.rules.reserve]
        entries.sort(key=lambda entry: (-entry.score, entry.position or 1_000))
        return _beside(entries, most=self.rules.ads_per_merchant)

    def open(self, auction: Auction) -> Iterator[Entry]:
        """Yield the campaign's ads that could be shown if they bid enough and the budget lasted."""
        winners = [entry for entry in auction.entries if entry.outcome == Outcome.WON]
        merchants, products = {entry.merchant for entry in winners}, {entry.product for entry in winners}
        for entry in filter(self._is_own, auction.entries):
            gives_way = (entry.outcome == Outcome.MERCHANT_LIMIT and entry.merchant in merchants) or (
                entry.outcome == Outcome.DUPLICATE and entry.product in products
            )
            if entry.stood or entry.outcome in UNSPENT or gives_way:
                yield entry

    def weight(self, entry: Entry) -> int:
        """Return what an ad's bid is multiplied by in its score; 0 where the record does not tell."""
        if entry.mode != CPM:
            return max(round(entry.pctr * PROBABILITY), 1) * entry.quality
        return round(entry.score * RATE / (entry.bid * self.rate)) if entry.bid else 0

    def price(self, entry: Entry, floor: int) -> int:
        """Return what an ad pays to match a floor, in ten-thousandths."""
        tick = self.rules.ticks[entry.mode == CPM]
        return clearing.price(floor, weight=self.weight(entry), rate=self.rate, tick=tick, bid=entry.bid)

    def needed(self, entry: Entry, auction: Auction) -> int | None:
        """Return the least bid with which an ad of the campaign gets a slot; None where no bid does."""
        slots, weight = auction.slots - auction.is_explored, self.weight(entry)
        if slots < 1 or not weight:
            return None
        rivals = [rival for rival in auction.standing if not self._is_own(rival)]
        fitting = _beside(rivals, most=self.rules.ads_per_merchant)
        value = -(-self.rules.reserve // weight)
        if len(fitting) >= slots:
            value = max(value, fitting[slots - 1].score // weight + 1)
        tick = self.rules.ticks[entry.mode == CPM]
        return -(-value * RATE // (self.rate * tick)) * tick

    def _is_own(self, entry: Entry) -> bool:
        return entry.campaign == self.campaign

    def _changed(self, entry: Entry, factor: float) -> Entry:
        weight, bid = self.weight(entry), round(entry.bid * factor)
        if self.highest is not None:
            bid = min(bid, max(self.highest, entry.bid))
        value = min(min(bid, MOST_VALUE) * self.rate // RATE, MOST_VALUE)
        return replace(entry, bid=bid, score=value * weight)

    def _win(self, entry: Entry, floor: int) -> Win:
        return Win(entry, self.price(entry, floor), self._chance(entry))

    def _explored(self, entry: Entry) -> Win:
        """A slot that was given away is won whatever is bid."""
        return Win(entry, entry.price, self._chance(entry))

    def _chance(self, entry: Entry) -> float:
        return self.weight(entry) / (entry.quality * PROBABILITY) if entry.mode == CPM else entry.pctr


def bidder(campaign: Campaign, rules: Rules, *, rate: Decimal) -> Bidder:
    """Return a campaign as a bidder; the highest bid is that of the modes that bid by themselves."""
    highest = None if campaign.is_manual or campaign.bid is None else int(campaign.bid * 10_000)
    return Bidder(campaign.pk, campaign.merchant_id, int(rate * RATE), rules, highest)


def _beside(entries: Sequence[Entry], *, most: int) -> list[Entry]:
    """Return the entries that may be shown beside each other, in their order."""
    found, products, merchants = [], set(), {}
    for entry in entries:
        shown = merchants.get(entry.merchant, 0)
        if entry.product in products or shown >= most:
            continue
        found.append(entry)
        products.add(entry.product)
        merchants[entry.merchant] = shown + 1
    return found
