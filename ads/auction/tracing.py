"""Tracing: a page decided again at leisure, saying of every ad that its auctions reached what became of it and why."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from .decide import clear, hold, shown
from .index import Index
from .moments import Moment
from .numbers import PROBABILITY
from .outcomes import Outcome
from .page import Decision, Page, Request, Traced
from .reach import segments, spoken
from .roster import PLACEMENTS, Reached
from .standings import STATES
from .visit import Visit


def trace(index: Index, page: Page, *, shopper: UUID, at: datetime, draw: int, views: Sequence[int]) -> list[Traced]:
    """Return what became of every ad that a page's auctions reached, given what the shopper had seen before.

    With the arguments of a decision it finds the same winners. It takes microseconds for each ad: not for requests.
    """
    if not len(index):
        return []
    moment, found = index.moment(at), []
    visit = Visit(index, moment, shopper, draw, views)
    for number, request in enumerate(page):
        found += _Auction(moment, request, visit, number).traced()
    return found


class _Auction:
    """One auction of a page, held once more."""

    def __init__(self, moment: Moment, request: Request, visit: Visit, number: int):
        self.moment, self.request, self.visit, self.number = moment, request, visit, number
        self.said: Reached = spoken(moment, request)
        ranked = shown(moment, request, visit, self.said)
        self.products, self.reserve = visit.hidden(request), moment.rules.reserve
        self.refusals = {row: visit.refusal(row, self.said) for row in self._rows()}
        prices = clear(moment, ranked, request.slots, rule="vcg")
        self.vcg = {entry.row: price for entry, price in zip(ranked, prices, strict=False)}
        decision = hold(moment, request, visit, number)
        self.winners = {winner.row: winner for winner in decision.winners}
        self.gave_way = _gave_way(decision, [entry.row for entry in islice(ranked, request.slots)])
        self.products |= {moment.roster.product[row] for row in self.winners}
        most = moment.rules.ads_per_merchant
        self.merchants = {merchant for merchant, shown in visit.merchants.items() if shown >= most}

    def traced(self) -> Iterator[Traced]:
        """Yield every ad once, with the best of its bids."""
        bids: dict[int, tuple] = {}
        for row, bid in self._bids():
            if row not in bids or bid > bids[row]:
                bids[row] = bid
        for row, bid in bids.items():
            yield self._trace(row, *bid)

    def _rows(self) -> set[int]:
        segment = self.moment.roster.segment
        return {row for key, _ in segments(self.moment, self.request, self.said) for row in segment(key).rows.tolist()}

    def _bids(self) -> Iterator[tuple[int, tuple]]:
        """Yield rows with score, bid, affordable bid, quality, click probability and keyword, once per segment."""
        moment, placement = self.moment, self.request.placement
        for key, match in segments(moment, self.request, self.said):
            segment, board = moment.roster.segment(key), moment.board(placement, match)
            offers, rows = moment.keyword_offers(placement, segment), segment.rows
            keywords = [0] * len(rows) if segment.keywords is None else segment.keywords.tolist()
            columns = (offers.value * board.weight[rows], offers.bid, offers.ceiling, board.clicks[rows])
            for row, score, bid, ceiling, clicks, keyword in zip(
                rows.tolist(), *(column.tolist() for column in columns), keywords, strict=True
            ):
                yield row, (score, bid, ceiling, board.quality, clicks, keyword)

    def _trace(self, row: int, score: int, bid: int, ceiling: int, quality: int, clicks: int, keyword: int) -> Traced:
        winner, moment = self.winners.get(row), self.moment
        return Traced(
            auction=self.number, row=row, candidate=moment.roster.candidates[row],
            outcome=self._outcome(row, score, bid, ceiling), bid=bid, pctr=clicks / PROBABILITY,
            pcvr=moment.odds.pcvr.item(row), quality=quality, score=score, price=winner and winner.price,
            vcg_price=self.vcg.get(row) if winner and not winner.is_explored else None,
            position=winner and winner.position, keyword=(winner.keyword if winner else keyword) or None,
            propensity=moment.rules.exploration if winner and winner.is_explored else 1.0,
        )  # fmt: skip

    def _outcome(self, row: int, score: int, bid: int, ceiling: int) -> Outcome:
        if row in self.winners:
            return Outcome.WON
        if row in self.gave_way:
            return Outcome.EXPLORED_AWAY
        if score >= self.reserve:
            return self.refusals[row] or self._of_page(row)
        if ceiling == 0 and (kept_out := self._of_state(row)):
            return kept_out
        return self._of_budget(row) if ceiling < bid else Outcome.BELOW_RESERVE

    def _of_state(self, row: int) -> Outcome | None:
        """Return why a row could not take part whatever it bid."""
        moment, placement = self.moment, PLACEMENTS.index(self.request.placement)
        state = STATES[moment.goods.state.item(row)]
        if state:
            return state
        if not moment.in_schedule.item(row):
            return Outcome.SCHEDULE
        return None if moment.roster.runs_on[placement, row] else Outcome.PLACEMENT

    def _of_budget(self, row: int) -> Outcome:
        """Return which budget left the least."""
        moment, money = self.moment, self.moment.money
        at = moment.roster.campaign_at.item(row)
        today = moment.today_c.item(at)
        left = money.left if money.day.item(at) == today else moment.budget_c
        account = money.account_left if money.account_day.item(at) == today else money.account_budget
        limits = {
            Outcome.BUDGET: left, Outcome.TOTAL_BUDGET: money.total_left, Outcome.ACCOUNT_BUDGET: account,
            Outcome.BALANCE: money.spendable,
        }  # fmt: skip
        return min(limits, key=lambda outcome: limits[outcome].item(at))

    def _of_page(self, row: int) -> Outcome:
        """Return what kept a row away that could have been shown."""
        roster = self.moment.roster
        if roster.product[row] in self.products:
            return Outcome.DUPLICATE
        return Outcome.MERCHANT_LIMIT if roster.merchant[row] in self.merchants else Outcome.OUTRANKED


def _gave_way(decision: Decision, winners: Sequence[int]) -> set[int]:
    """Return the rows that won and are not shown, since new ads are explored."""
    return set(winners) - {winner.row for winner in decision.winners}
