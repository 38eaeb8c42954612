"""Properties of every auction, on markets drawn at random: prices, ranks, clearing, pages."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ads.auction import Request, clearing
from ads.auction.numbers import PROBABILITY, whole

from .auctions import Oracle, Purse, candidate, hold, index, trace

RESERVE = Decimal("0.005")
DRAWS = st.integers(0, 2**32 - 1)
BIDS = st.integers(1, 60).map(lambda dimes: Decimal(dimes) / 10)
LEVELS = st.sampled_from([0.005, 0.01, 0.02, 0.05])
each = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def rules(settings):
    settings.AUCTION_RESERVE, settings.AUCTION_ADS_PER_MERCHANT, settings.AUCTION_EXPLORATION = RESERVE, 2, 0.5


@st.composite
def markets(draw):
    """Some candidates of a few merchants, products and modes, with predictions for their clicks."""
    ads = [
        candidate(
            number, str(draw(BIDS)), merchant=draw(st.integers(1, 4)), product=draw(st.integers(1, 8)),
            categories=draw(st.sampled_from([frozenset(), frozenset({5})])),
        )
        for number in range(1, draw(st.integers(1, 9)) + 1)
    ]  # fmt: skip
    owner = {}
    ads = [replace(ad, merchant=owner.setdefault(ad.product, ad.merchant)) for ad in ads]
    return ads, Oracle({ad.ad: draw(LEVELS) for ad in ads}, new=frozenset(draw(st.sets(st.integers(1, 9)))))


PAGES = st.lists(
    st.builds(Request, st.sampled_from(["feed", "search"]), st.integers(1, 4), category=st.sampled_from(["", "shoes"])),
    min_size=1, max_size=3,
)  # fmt: skip
MAPS = {"category_path": {"shoes": (5,)}}


@each
@given(markets(), PAGES, DRAWS)
def test_prices_lie_between_reserve_and_bid_and_pages_repeat_nothing(market, page, draw):
    ads, oracle = market
    decided = hold(ads, page, oracle=oracle, draw=draw, **MAPS)
    assert decided == hold(ads, page, oracle=oracle, draw=draw, **MAPS)
    winners = [won for held in decided.auctions for won in held.winners]
    for won in winners:
        assert 0 < won.price <= won.bid == whole(won.candidate.bid)
        assert won.price == won.bid or won.price * round(won.pctr * PROBABILITY) >= whole(RESERVE) * PROBABILITY
    assert max(Counter(won.candidate.product for won in winners).values(), default=1) == 1
    assert max(Counter(won.candidate.merchant for won in winners).values(), default=1) <= 2
    for request, held in zip(page, decided.auctions, strict=True):
        assert [won.position for won in held.winners] == list(range(1, len(held.winners) + 1))
        assert len(held.winners) <= request.slots
        assert bool(held.winners) != bool(held.reason)


@each
@given(markets(), DRAWS, st.integers(1, 30), st.integers(0, 8))
def test_raising_a_bid_never_lowers_the_rank(market, draw, more, which):
    ads, oracle = [replace(ad, merchant=ad.ad, product=ad.ad) for ad in market[0]], Oracle(market[1].clicks)
    mine = ads[which % len(ads)]
    higher = [replace(ad, bid=ad.bid + Decimal(more) / 10) if ad is mine else ad for ad in ads]
    page = Request("feed", 9, category="shoes")
    before, after = (
        {won.candidate.ad: won for won in hold(market, page, oracle=oracle, draw=draw, **MAPS).auctions[0].winners}
        for market in (ads, higher)
    )
    if mine.ad in before:
        assert after[mine.ad].position <= before[mine.ad].position
        if after[mine.ad].position == before[mine.ad].position:
            assert after[mine.ad].price >= before[mine.ad].price


RANKINGS = st.lists(st.tuples(st.integers(1, 1000), st.integers(1, 3)), min_size=1, max_size=8).map(
    lambda bids: sorted(bids, reverse=True)
)


@each
@given(RANKINGS, st.integers(1, 5), st.integers(0, 50), st.integers(1, 300), st.floats(0.1, 1))
def test_clearing_grows_with_what_rivals_offer(ranking, slots, reserve, more, decay):
    looked = {"attention": clearing.attention(slots, decay=decay)}
    higher = [(score + more, merchant) for score, merchant in ranking]
    rules = (clearing.gsp, {}), (clearing.vcg, looked)
    for clear, how in rules:
        floors = clear(ranking, slots, reserve=reserve, **how)
        assert all(floor <= max(score, reserve) for floor, (score, _) in zip(floors, ranking, strict=False))
        raised = clear(higher, slots, reserve=reserve, **how)
        assert all(one <= other for one, other in zip(floors, raised, strict=True))
    second, harm = (
        clearing.gsp(ranking, slots, reserve=reserve),
        clearing.vcg(ranking, slots, reserve=reserve, **looked),
    )
    assert all(one <= other for one, other in zip(harm, second, strict=True))
    assert all(floor >= reserve for floor in second)


@each
@given(markets(), PAGES, DRAWS)
def test_a_trace_finds_the_same_winners_and_a_reason_for_everybody_else(market, page, draw):
    ads, oracle = market
    purses = {1: Purse(Decimal(0)), 2: Purse(participation=0.5), 3: Purse(total_left=Decimal("0.01"))}
    made = index(ads, oracle=oracle, purses=purses, **MAPS)
    decided = hold(ads, page, oracle=oracle, purses=purses, draw=draw, **MAPS)
    traced = trace(made, page, draw=draw, views=())
    won = [(row.auction, row.candidate.ad, row.price) for row in traced if row.outcome == "won"]
    assert Counter(won) == Counter(
        (number, winner.candidate.ad, winner.price)
        for number, held in enumerate(decided.auctions)
        for winner in held.winners
    )
    reached = [sum(ad.is_untargeted or request.category == "shoes" for ad in ads) for request in page]
    assert [sum(row.auction == number for row in traced) for number in range(len(page))] == reached
