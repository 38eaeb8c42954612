"""A visit: what one page has shown so far, what its shopper had seen before, and hence what may be shown next."""

from collections.abc import Sequence
from uuid import UUID

from .index import Index
from .moments import Moment
from .numbers import mixed
from .outcomes import Outcome
from .page import Request
from .roster import Reached
from .strips import AUDIENCE, BUYER, CAPPED, NEGATIVE

WHOLE_DRAW = 2**32


class Visit:
    """One shopper's page while its auctions are held, one after another.

    `views` are the shopper's impressions of the day: the ad's number each, and the campaign's with a minus sign.
    """

    def __init__(self, index: Index, moment: Moment, shopper: UUID, draw: int, views: Sequence[int]):
        self.index, self.roster, self.rules = index, index.roster, moment.rules
        self.shopper, self.draw, self.day = shopper, draw, moment.at.date()
        self.views = list(views)
        self.products: set[int] = set()
        self.merchants: dict[int, int] = {}

    def hidden(self, request: Request) -> set[int]:
        """Return the products that an auction of the page must not show."""
        known = self.roster.products
        if not request.product and not request.exclude:
            return set(self.products)
        return self.products | {known[code] for code in (request.product, *request.exclude) if code in known}

    def refusal(self, row: int, said: Reached, beside: Sequence[int] = ()) -> Outcome | None:
        """Return why a row may not be shown to this shopper on this search, beside ads of some campaigns, or None."""
        roster, index = self.roster, self.index
        guards = roster.guards[row]
        if guards & NEGATIVE and said.excluded and self._is_excluded(row, said):
            return Outcome.NEGATIVE
        if guards & AUDIENCE and not self._is_wanted(row):
            return Outcome.AUDIENCE
        if guards & BUYER:
            days = roster.candidates[row].exclude_buyers_days
            if index.memberships.bought(self.shopper, roster.merchant[row], days, on=self.day):
                return Outcome.BUYER
        if (self.views or guards & CAPPED) and self._is_tired(row, beside):
            return Outcome.CAPPED
        campaign = roster.campaign[row]
        if campaign in index.throttled and mixed(campaign, self.draw) >= index.throttled[campaign] * WHOLE_DRAW:
            return Outcome.THROTTLED
        return None

    def show(self, row: int) -> None:
        """Remember that the page shows a row."""
        roster, merchant = self.roster, self.roster.merchant[row]
        self.products.add(roster.product[row])
        self.merchants[merchant] = self.merchants.get(merchant, 0) + 1
        self.views += (roster.candidates[row].ad, -roster.campaign[row])

    def _is_excluded(self, row: int, said: Reached) -> bool:
        candidate = self.roster.candidates[row]
        return ("campaign", candidate.campaign) in said.excluded or ("group", candidate.group) in said.excluded

    def _is_wanted(self, row: int) -> bool:
        candidate, mine = self.roster.candidates[row], self.index.memberships.of(self.shopper)
        return not (candidate.left_out & mine) and (not candidate.audiences or bool(candidate.audiences & mine))

    def _is_tired(self, row: int, beside: Sequence[int]) -> bool:
        candidate, cap = self.roster.candidates[row], self.roster.caps[row]
        if self.views.count(candidate.ad) >= self.rules.frequency_cap:
            return True
        return bool(cap) and self.views.count(-candidate.campaign) + beside.count(candidate.campaign) >= cap
