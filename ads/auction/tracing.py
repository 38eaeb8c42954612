"""Tracing: a page decided again at leisure, saying of every ad that its auctions reached what became of it and why."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

import numpy as np

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

OUTCOMES = tuple(Outcome)
NUMBERS = {outcome: number for number, outcome in enumerate(OUTCOMES)}
OF_STATES = np.array([NUMBERS.get(state, 0) for state in STATES])
OF_BUDGETS = np.array(
    [NUMBERS[each] for each in (Outcome.BUDGET, Outcome.TOTAL_BUDGET, Outcome.ACCOUNT_BUDGET, Outcome.BALANCE)]
)
LAST = 1_000  # comes after every position


def line_up(
    index: Index, page: Page, *, shopper: UUID, at: datetime, draw: int, views: Sequence[int]
) -> list["Lineup"]:
    """Hold a page again: with the arguments of a decision it finds the same winners. None where nothing can run."""
    if not len(index):
        return []
    moment = index.moment(at)
    visit = Visit(index, moment, shopper, draw, views)
    return [Lineup(moment, request, visit, number) for number, request in enumerate(page)]


class Lineup:
    """All ads that an auction reached, each once with the best of its bids: winners by position, the rest by score.

    Columns go by place: `rows` of the roster, `outcomes` as numbers in OUTCOMES, `scores`, `bids`, `keywords`.
    """

    def __init__(self, moment: Moment, request: Request, visit: Visit, number: int):
        self.moment, self.request, self.number = moment, request, number
        said = spoken(moment, request)
        ranked = shown(moment, request, visit, said)
        hidden = visit.hidden(request)
        self._read_bids(said)
        refused = self._refused(visit, said)
        prices = clear(moment, ranked, request.slots, rule="vcg")
        self.vcg = {entry.row: price for entry, price in zip(ranked, prices, strict=False)}
        decision = hold(moment, request, visit, number)
        self.winners = {winner.row: winner for winner in decision.winners}
        self.outcomes = np.where(self.scores >= moment.rules.reserve, self._of_page(visit, hidden), self._unscored())
        for place, outcome in refused.items():
            self.outcomes[place] = NUMBERS[outcome]
        self._mark(_gave_way(decision, [entry.row for entry in islice(ranked, request.slots)]), Outcome.EXPLORED_AWAY)
        self._mark(self.winners, Outcome.WON)
        self._sort()

    def __len__(self) -> int:
        return len(self.rows)

    def traced(self, place: int) -> Traced:
        """Return all that is known of one ad."""
        moment, row = self.moment, self.rows.item(place)
        winner = self.winners.get(row)
        keyword = winner.keyword if winner else self.keywords.item(place)
        return Traced(
            auction=self.number, row=row, candidate=moment.roster.candidates[row],
            outcome=OUTCOMES[self.outcomes.item(place)], bid=self.bids.item(place),
            pctr=self.clicks.item(place) / PROBABILITY, pcvr=moment.odds.pcvr.item(row),
            quality=self.qualities.item(place), score=self.scores.item(place), price=winner and winner.price,
            vcg_price=self.vcg.get(row) if winner and not winner.is_explored else None,
            position=winner and winner.position, keyword=keyword or None,
            propensity=moment.rules.exploration if winner and winner.is_explored else 1.0,
        )  # fmt: skip

    def _read_bids(self, said: Reached) -> None:
        """Read the bids of every segment; of a row that is reached in several ways, the best is kept."""
        read = [self._bids_of(*segment) for segment in segments(self.moment, self.request, said)]
        columns = np.concatenate([np.empty((7, 0), np.int64), *read], axis=1)
        if len(read) > 1 or (columns[6] != 0).any():
            columns = columns[:, np.lexsort((*-columns[:0:-1], columns[0]))]
            columns = columns[:, np.flatnonzero(np.diff(columns[0], prepend=-1))]
        self.rows, self.scores, self.bids, self.ceilings, self.qualities, self.clicks, self.keywords = columns

    def _bids_of(self, key, match: str) -> np.ndarray:
        moment, placement = self.moment, self.request.placement
        segment, board = moment.roster.segment(key), moment.board(placement, match)
        offers, rows = moment.keyword_offers(placement, segment), segment.rows
        keywords = 0 if segment.keywords is None else segment.keywords
        columns = (offers.value * board.weight[rows], offers.bid, offers.ceiling, board.quality, board.clicks[rows])
        return np.stack(np.broadcast_arrays(rows, *columns, keywords))

    def _refused(self, visit: Visit, said: Reached) -> dict[int, Outcome]:
        """Return by place why ads may not be shown to this shopper on this search, of those that bid enough."""
        roster, rows = self.moment.roster, self.rows
        doubtful = roster.guards_r[rows] != 0
        if visit.views:
            doubtful |= np.isin(roster.ads[rows], visit.views)
        if visit.index.throttled:
            doubtful |= np.isin(roster.campaign_r[rows], list(visit.index.throttled))
        places = np.flatnonzero(doubtful & (self.scores >= self.moment.rules.reserve)).tolist()
        found = {place: visit.refusal(rows.item(place), said) for place in places}
        return {place: outcome for place, outcome in found.items() if outcome}

    def _of_page(self, visit: Visit, hidden: set[int]) -> np.ndarray:
        """Return by place what kept ads away that could have been shown."""
        roster, most = self.moment.roster, visit.rules.ads_per_merchant
        products = hidden | {roster.product[row] for row in self.winners}
        merchants = [merchant for merchant, shown in visit.merchants.items() if shown >= most]
        is_full = np.isin(roster.merchant_r[self.rows], merchants)
        outcomes = np.where(is_full, NUMBERS[Outcome.MERCHANT_LIMIT], NUMBERS[Outcome.OUTRANKED])
        is_double = np.isin(roster.product_r[self.rows], list(products))
        return np.where(is_double, NUMBERS[Outcome.DUPLICATE], outcomes)

    def _unscored(self) -> np.ndarray:
        """Return by place what kept ads below the reserve: what could not run at all, the budget, or the bid."""
        moment, rows, cannot_run = self.moment, self.rows, self.ceilings == 0
        roster, state = moment.roster, moment.goods.state[rows]
        is_chosen = roster.runs_on[PLACEMENTS.index(self.request.placement), rows]
        return np.select(
            [cannot_run & (state != 0), cannot_run & ~moment.in_schedule[rows], cannot_run & ~is_chosen,
             self.ceilings < self.bids],
            [OF_STATES[state], NUMBERS[Outcome.SCHEDULE], NUMBERS[Outcome.PLACEMENT],
             self._least_budget()[roster.campaign_at[rows]]],
            NUMBERS[Outcome.BELOW_RESERVE],
        )  # fmt: skip

    def _least_budget(self) -> np.ndarray:
        """Return by campaign which budget left the least."""
        moment, money = self.moment, self.moment.money
        left = np.where(money.day == moment.today_c, money.left, moment.budget_c)
        account = np.where(money.account_day == moment.today_c, money.account_left, money.account_budget)
        return OF_BUDGETS[np.argmin([left, money.total_left, account, money.spendable], axis=0)]

    def _mark(self, rows, outcome: Outcome) -> None:
        self.outcomes[np.isin(self.rows, list(rows))] = NUMBERS[outcome]

    def _sort(self) -> None:
        positions = np.full(len(self.rows), LAST)
        for place in np.flatnonzero(self.outcomes == NUMBERS[Outcome.WON]).tolist():
            positions[place] = self.winners[self.rows.item(place)].position
        order = np.lexsort((self.rows, -self.scores, positions))
        for name in ("rows", "scores", "bids", "ceilings", "qualities", "clicks", "keywords", "outcomes"):
            setattr(self, name, getattr(self, name)[order])


def _gave_way(decision: Decision, winners: Sequence[int]) -> set[int]:
    """Return the rows that won and are not shown, since new ads are explored."""
    return set(winners) - {winner.row for winner in decision.winners}
