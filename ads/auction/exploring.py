"""Exploring: a few auctions give their last slot to an ad that is too new to be known, so that it can become known."""

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random

from .moments import Moment
from .numbers import MASK, PROBABILITY, mixed
from .page import Request
from .rankings import Entry
from .reach import segments
from .roster import Reached
from .visit import WHOLE_DRAW, Visit

PRIOR_IMPRESSIONS = 200  # what the prediction for an ad is worth when its click rate is drawn
MOST_DRAWN = 32


def newcomer(
    moment: Moment, request: Request, visit: Visit, said: Reached, ranked: Sequence[Entry], number: int
) -> Entry | None:
    """Return the new ad that takes the last slot, if this auction explores: the best by a drawn click rate.

    Nobody makes way while slots are free, or while a new ad has won one.
    """
    seed = mixed(number + 1, visit.draw ^ MASK)
    if seed >= visit.rules.exploration * WHOLE_DRAW or len(ranked) < request.slots:
        return None
    is_new, winners = moment.odds.is_new, ranked[: request.slots]
    if any(is_new.item(entry.row) for entry in winners):
        return None
    drawn = Random(seed << 32 | visit.draw)
    found = islice(_newcomers(moment, request, visit, said, winners[:-1]), MOST_DRAWN)
    return max(found, key=lambda entry: _drawn_score(moment, entry, drawn), default=None)


def _newcomers(
    moment: Moment, request: Request, visit: Visit, said: Reached, winners: Sequence[Entry]
) -> Iterator[Entry]:
    """Yield bids of new ads, the best first, that may be shown beside the winners that stay."""
    roster, hidden, merchants = visit.roster, visit.hidden(request), dict(visit.merchants)
    for entry in winners:
        hidden.add(roster.product[entry.row])
        merchant = roster.merchant[entry.row]
        merchants[merchant] = merchants.get(merchant, 0) + 1
    for ranking in (moment.ranking(request.placement, match, key) for key, match in segments(moment, request, said)):
        for entry in ranking.new(moment.odds.is_new).walk(visit.draw):
            row = entry.row
            if roster.product[row] in hidden or merchants.get(roster.merchant[row], 0) >= visit.rules.ads_per_merchant:
                continue
            if visit.refusal(row, said) is None:
                yield entry


def _drawn_score(moment: Moment, entry: Entry, drawn: Random) -> float:
    """Return the score with a click rate drawn from what is believed about it; viewable impressions need none."""
    if moment.roster.is_viewable.item(entry.row):
        return float(entry.score)
    clicks, impressions = (counts.item(entry.row) for counts in moment.odds.evidence)
    expected = entry.board.clicks.item(entry.row) / PROBABILITY
    rate = drawn.betavariate(
        expected * PRIOR_IMPRESSIONS + clicks, (1 - expected) * PRIOR_IMPRESSIONS + max(impressions - clicks, 0) + 1e-9
    )
    return entry.score / expected * rate
