"""One page, decided as a pure function of the index: who may run, who ranks first, and what an event will cost."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from . import exploring
from .clearing import attention, gsp, price, vcg
from .index import Index
from .moments import Moment
from .numbers import PROBABILITY
from .outcomes import Empty
from .page import Decision, Page, PageDecision, Request, Winner
from .rankings import Entry
from .reach import entries, segments, spoken
from .roster import Reached
from .visit import Visit


def decide(
    index: Index, page: Page, *, shopper: UUID, at: datetime, draw: int, views: Sequence[int] = ()
) -> PageDecision:
    """Fill the slots of a page's auctions, one after another. The same arguments give the same decision.

    `draw` (32 bits) settles ties, throttling and exploration. `views` are the shopper's impressions of the day: the
    ad's number each, and the campaign's with a minus sign.
    """
    if not len(index):
        return PageDecision((Decision(reason=Empty.NO_CANDIDATES),) * len(page))
    moment = index.moment(at)
    visit = Visit(index, moment, shopper, draw, views)
    auctions = tuple(hold(moment, request, visit, number) for number, request in enumerate(page))
    return PageDecision(auctions, tuple(views))


def hold(moment: Moment, request: Request, visit: Visit, number: int) -> Decision:
    """Decide the auction of that number on a page, and let the visit know what it shows."""
    said = spoken(moment, request)
    ranked = shown(moment, request, visit, said)
    if not ranked:
        return Decision(reason=_why_empty(moment, request, visit, said))
    winners = [
        _winner(moment, entry, cost, position)
        for position, (entry, cost) in enumerate(zip(ranked, clear(moment, ranked, request.slots), strict=False), 1)
    ]
    explored = exploring.newcomer(moment, request, visit, said, ranked, number)
    if explored:
        price = cost_of(moment, explored, moment.rules.reserve)
        winners[-1] = _winner(moment, explored, price, len(winners), is_explored=True)
    for winner in winners:
        visit.show(winner.row)
    return Decision(tuple(winners))


def shown(moment: Moment, request: Request, visit: Visit, said: Reached) -> list[Entry]:
    """Return the ranking of an auction, down to the rivals that prices need: all that may be shown beside each other.

    Each product comes once, each merchant a few times, and nothing that the shopper must not see. At most
    `AUCTION_DEPTH` bids are looked at, from the best down.
    """
    rules, roster = visit.rules, visit.roster
    products, merchants, most = visit.hidden(request), dict(visit.merchants), rules.ads_per_merchant
    product_of, merchant_of, guards = roster.product, roster.merchant, roster.guards
    checks_all, enough = bool(visit.views or visit.index.throttled), request.slots + most
    fitting, beside = [], []
    for entry in islice(entries(moment, request, said, visit.draw), rules.depth):
        row = entry.row
        product, merchant = product_of[row], merchant_of[row]
        if product in products or merchants.get(merchant, 0) >= most:
            continue
        if (checks_all or guards[row]) and visit.refusal(row, said, beside):
            continue
        fitting.append(entry)
        if len(fitting) == enough:
            break
        beside.append(roster.campaign[row])
        products.add(product)
        merchants[merchant] = merchants.get(merchant, 0) + 1
    return fitting


def clear(moment: Moment, ranked: Sequence[Entry], slots: int, *, rule: str | None = None) -> list[int]:
    """Return the winners' prices in ten-thousandths of their currencies, by the platform's rule unless one is given."""
    rules, merchant_of = moment.rules, moment.roster.merchant
    bids = [(entry.score, merchant_of[entry.row]) for entry in ranked]
    if (rule or rules.clearing) == "vcg":
        looked = attention(slots, decay=rules.attention)
        floors = vcg(bids, slots, reserve=rules.reserve, attention=looked)
    else:
        floors = gsp(bids, slots, reserve=rules.reserve)
    return [cost_of(moment, entry, floor) for entry, floor in zip(ranked, floors, strict=False)]


def cost_of(moment: Moment, entry: Entry, floor: int) -> int:
    """Return what an entry pays to match a floor."""
    row, roster = entry.row, moment.roster
    return price(
        floor, weight=entry.board.weight.item(row), rate=roster.rate.item(row), bid=entry.ceiling,
        tick=moment.rules.ticks[roster.is_viewable.item(row)],
    )  # fmt: skip


def _winner(moment: Moment, entry: Entry, cost: int, position: int, *, is_explored: bool = False) -> Winner:
    row = entry.row
    return Winner(
        position, row, moment.roster.candidates[row], entry.ceiling, cost,
        entry.board.clicks.item(row) / PROBABILITY, moment.odds.pcvr.item(row), entry.keyword or None, is_explored,
    )  # fmt: skip


def _why_empty(moment: Moment, request: Request, visit: Visit, said: Reached) -> Empty:
    """Return why an auction has no winner, from all rows that the request reaches."""
    hidden, product_of = visit.hidden(request), moment.roster.product
    free = []
    for key, _match in segments(moment, request, said):
        segment = moment.roster.segment(key)
        ceilings = moment.keyword_offers(request.placement, segment).ceiling
        bids = zip(segment.rows.tolist(), ceilings.tolist(), strict=True)
        free += [bid for row, bid in bids if product_of[row] not in hidden]
    if not free:
        return Empty.NO_CANDIDATES
    is_refused = any(product_of[entry.row] not in hidden for entry in entries(moment, request, said, visit.draw))
    return Empty.BELOW_RESERVE if any(free) and not is_refused else Empty.NOT_ELIGIBLE
