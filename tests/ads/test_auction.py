"""The auction: known results to the cent, who may run where, and what a page shows beside what."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ads.auction import Request
from ads.auction.candidates import KeywordBid, Promotion
from tests.factories import AT

from .auctions import SAM, Crowd, Oracle, Purse, candidate, hold, outcome, shown

FEED = Request("feed", 3)
TWO = Request("feed", 2)


@pytest.fixture(autouse=True)
def exact(settings):
    settings.AUCTION_RESERVE, settings.AUCTION_ADS_PER_MERCHANT = Decimal("0.0000001"), 2
    settings.AUCTION_EXPLORATION = 0


@pytest.mark.parametrize(("clearing", "paid"), [("gsp", [800, 200]), ("vcg", [600, 200])])
def test_prices_of_the_textbook(settings, clearing, paid):
    """Values 10, 4, 2 and slots of 200 and 100 clicks."""
    settings.AUCTION_CLEARING, settings.AUCTION_ATTENTION = clearing, 0.5
    won = outcome([candidate(1, "10"), candidate(2, "4"), candidate(3, "2")], TWO)
    assert [ad for ad, _ in won] == [1, 2]
    assert [price * clicks for (_, price), clicks in zip(won, (200, 100), strict=True)] == paid


def test_second_prices_in_fen_are_rounded_up():
    ads = [candidate(1, "3.00"), candidate(2, "5.00"), candidate(3, "2.50"), candidate(4, "1.00")]
    oracle = Oracle({1: 0.02, 2: 0.01, 3: 0.022, 4: 0.03})
    assert outcome(ads, FEED, oracle=oracle) == [(1, Decimal("2.75")), (3, Decimal("2.28")), (2, Decimal("3.00"))]


def test_the_last_pays_the_reserve_and_who_is_below_stays_out(settings):
    settings.AUCTION_RESERVE = Decimal("0.005")
    assert outcome([candidate(1, "1.00"), candidate(2, "0.49")], FEED) == [(1, Decimal("0.50"))]
    assert hold([candidate(2, "0.49")], FEED).auctions[0].reason == "below_reserve"


def test_the_price_never_exceeds_the_bid_nor_what_is_left():
    twins = [candidate(1, "0.333"), candidate(2, "0.333")]
    assert {price for _, price in outcome(twins, FEED)} == {Decimal("0.333"), Decimal("0.01")}
    poor = {1: Purse(Decimal("0.2")), 2: Purse(Decimal(9), day=AT.date(), left=Decimal("0.1"))}
    prices = [(1, Decimal("0.1")), (2, Decimal("0.01"))]
    assert outcome([candidate(1, "5"), candidate(2, "5")], FEED, purses=poor) == prices


@pytest.mark.parametrize(
    "purse",
    [
        Purse(Decimal("0.25")),
        Purse(day=AT.date(), left=Decimal("0.25")),
        Purse(total_left=Decimal("0.25")),
        Purse(account_budget=Decimal("0.25")),
        Purse(account_budget=Decimal(9), account_day=AT.date(), account_left=Decimal("0.25")),
    ],
)
def test_a_bid_is_at_most_what_wallet_and_budgets_leave(purse):
    (won,) = hold([candidate(1, "5")], FEED, purses={1: purse}).auctions[0].winners
    assert won.bid == 2500


def test_a_merchant_never_bids_against_itself_and_is_shown_twice_at_most():
    mine = [candidate(n, str(10 - n), merchant=7) for n in (1, 2, 3)]
    prices = [(1, Decimal("1.5")), (2, Decimal("1.5")), (4, Decimal("0.01"))]
    assert outcome([*mine, candidate(4, "1.5")], FEED) == prices


def test_a_product_is_shown_once_by_its_best_ad():
    assert outcome([candidate(1, "2", product=9), candidate(2, "3", product=9)], FEED) == [(2, Decimal("0.01"))]


def test_a_page_shows_a_product_once_and_a_merchant_twice_over_all_its_auctions():
    ads = [candidate(1, "9", product=9), candidate(2, "8", product=9), candidate(3, "7", merchant=1, product=3)]
    ads += [candidate(4, "6", merchant=1, product=4), candidate(5, "5", merchant=5)]
    page = hold(ads, [Request("feed", 1), Request("feed", 2), Request("search", 4)])
    assert [[won.candidate.ad for won in held.winners] for held in page.auctions] == [[1], [3, 5], []]
    assert page.auctions[2].reason == "not_eligible"


def test_currencies_compare_by_rate_and_pay_in_their_own():
    dollars = candidate(1, "1.00", currency="USD", rate=Decimal("7"))
    assert outcome([dollars, candidate(2, "3.00")], FEED) == [(1, Decimal("0.43")), (2, Decimal("0.01"))]


def test_ties_are_settled_by_the_draw_and_by_nothing_else():
    twins = [candidate(n) for n in range(1, 9)]
    orders = [[ad for ad, _ in outcome(twins, FEED, draw=draw)] for draw in range(64)]
    assert orders == [[ad for ad, _ in outcome(twins, FEED, draw=draw)] for draw in range(64)]
    assert {order[0] for order in orders} == set(range(1, 9))
    assert len({order[1] - order[0] for order in orders}) > 2


def test_hours_are_those_of_the_merchant():
    tuesday_noon = ["0"] * 168
    tuesday_noon[24 + 12] = "1"
    ad = candidate(1, hours="".join(tuesday_noon))
    hours = [AT - timedelta(seconds=1), AT, AT + timedelta(minutes=59), AT + timedelta(hours=1)]
    assert [shown([ad], FEED, at=at) for at in hours] == [[], [1], [1], []]
    assert shown([replace(ad, time_zone="Europe/Berlin")], FEED, at=AT) == []
    assert shown([replace(ad, time_zone="Europe/Berlin")], FEED, at=datetime(2026, 3, 10, 11, tzinfo=UTC)) == [1]


def test_hours_follow_clocks_that_are_put_forward_and_back():
    sunday_two = candidate(1, time_zone="Europe/Berlin", hours="0" * (6 * 24 + 2) + "1" + "0" * 21)
    spring, autumn = datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)
    moments = [timedelta(minutes=minutes) for minutes in range(0, 180, 15)]
    assert not any(shown([sunday_two], FEED, at=spring + moment) for moment in moments)
    assert [bool(shown([sunday_two], FEED, at=autumn + moment)) for moment in moments] == [True] * 8 + [False] * 4


def test_a_budget_lasts_for_its_local_day():
    spent = {1: Purse(Decimal(9), day=AT.date(), left=Decimal(0))}
    midnight = datetime(2026, 3, 10, 16, tzinfo=UTC)
    moments = [AT, midnight - timedelta(seconds=1), midnight]
    assert [shown([candidate(1)], FEED, purses=spent, at=at) for at in moments] == [[], [], [1]]


@pytest.mark.parametrize(
    ("fields", "candidates"),
    [
        ({"states": {1: 1}}, {}),
        ({"purses": {1: Purse(Decimal(0))}}, {}),
        ({}, {"starts_at": AT + timedelta(microseconds=1)}),
        ({}, {"ends_at": AT}),
        ({}, {"placements": frozenset({"search"})}),
        ({}, {"audiences": frozenset({5})}),
        ({"crowd": Crowd(frozenset({5}))}, {"left_out": frozenset({5})}),
        ({"crowd": Crowd(merchants=frozenset({1}))}, {"exclude_buyers_days": 30}),
        ({"purses": {1: Purse(participation=0.0)}}, {}),
        ({"views": (1, -1) * 10}, {}),
        ({"views": (2, -1)}, {"frequency_cap": 1}),
    ],
)
def test_who_may_not_run_is_not_shown(fields, candidates):
    assert shown([candidate(1)], FEED) == [1]
    assert hold([candidate(1, **candidates)], FEED, **fields).auctions[0].reason == "not_eligible"


def test_audiences_let_in_whom_they_name():
    ads = [candidate(1, audiences=frozenset({5, 6})), candidate(2, left_out=frozenset({7}))]
    assert shown(ads, FEED, crowd=Crowd(frozenset({6}))) == [1, 2]
    assert shown(ads, FEED, crowd=Crowd(frozenset({7}))) == []


def test_a_cap_of_a_campaign_counts_the_page_itself():
    ads = [candidate(n, campaign=5, merchant=n, frequency_cap=1) for n in (1, 2)]
    assert len(shown(ads, FEED)) == 1
    page = hold(ads, [Request("feed", 1), Request("feed", 1)], shopper=SAM)
    assert [len(held.winners) for held in page.auctions] == [1, 0]


def test_a_throttled_campaign_takes_part_in_its_share_of_auctions():
    purses = {1: Purse(participation=0.25)}
    part = sum(bool(shown([candidate(1)], FEED, purses=purses, draw=draw * 7919)) for draw in range(400))
    assert 70 <= part <= 130


def test_targeting_reaches_pages_of_the_category_and_searches_of_the_keyword():
    ads = [
        candidate(1),
        candidate(2, categories=frozenset({10})),
        candidate(3, keywords=(KeywordBid(31, "连衣裙", "broad"),)),
        candidate(4, keywords=(KeywordBid(41, "Red Dress", "phrase"),)),
        candidate(5, keywords=(KeywordBid(51, "dress", "exact"),)),
    ]
    maps = {"category_path": {"fashion": (10,), "dresses": (11, 10)}, "product_category": {"p9": "dresses"}}
    pages = {
        Request("feed", 9): [1],
        Request("feed", 9, category="dresses"): [1, 2],
        Request("product", 9, product="p9"): [1, 2],
        Request("product", 9, product="p1"): [],
        Request("shop", 9, exclude=frozenset({"p1"})): [],
        Request("search", 9, query="夏季连衣裙 新款"): [1, 3],
        Request("search", 9, query="long  RED dress"): [1, 4],
        Request("search", 9, query="red dresses"): [1],
        Request("search", 9, query="Ｄｒｅｓｓ"): [1, 5],
    }
    assert {page: shown(ads, page, **maps) for page in pages} == pages
    assert hold(ads, Request("product", 9, product="p1")).auctions[0].reason == "no_candidates"


def test_an_ad_is_found_under_each_of_its_categories():
    ads = [candidate(n, categories=frozenset(own)) for n, own in enumerate(({9}, {5}, {5, 9}, {7}), 1)]
    paths = {"hats": (5,), "bags": (9,), "shoes": (7, 9)}
    found = {slug: shown(ads, Request("feed", 9, category=slug), category_path=paths) for slug in paths}
    assert found == {"hats": [2, 3], "bags": [1, 3], "shoes": [1, 3, 4]}


def test_a_search_prefers_what_it_asked_for():
    off_topic, on_topic = candidate(1, "4", title="Silk scarf"), candidate(2, "1", title="Linen dress")
    search = Request("search", 2, query="dress")
    assert outcome([off_topic, on_topic], search)[0][0] == 2
    assert outcome([replace(off_topic, bid=Decimal("5.01")), on_topic], search)[0][0] == 1


def test_a_keyword_is_bid_for_per_thousand_views_where_its_campaign_is():
    keywords = (KeywordBid(1, "dress", "broad", Decimal(80)),)
    ads, search = [candidate(1, "60", mode="cpm", keywords=keywords)], Request("search", 1, query="red dress")
    assert [won.bid for won in hold(ads, search).auctions[0].winners] == [800]


def test_a_search_is_bid_for_by_the_best_of_the_keywords_that_match():
    keywords = (KeywordBid(1, "dress", "broad", Decimal(3)), KeywordBid(2, "red dress", "exact"))
    ads = [candidate(1, "2", keywords=keywords), candidate(2, "2.5", keywords=(KeywordBid(3, "dress", "broad"),))]
    (first, second) = hold(ads, Request("search", 2, query="red dress")).auctions[0].winners
    assert [(won.candidate.ad, won.keyword, won.bid) for won in (first, second)] == [(1, 1, 30_000), (2, 3, 25_000)]


def test_negatives_of_campaign_and_group_keep_out():
    ads = [
        candidate(1, negatives=(("cheap", "phrase"),)),
        candidate(2, group_negatives=(("red dress", "exact"),)),
        candidate(3),
    ]
    searches = {"cheap dress": [2, 3], "red dress": [1, 3], "long red dress": [1, 2, 3]}
    assert {q: shown(ads, Request("search", 9, query=q)) for q in searches} == searches


def test_bids_follow_placements_and_promotion_days():
    day = AT.date()
    ad = candidate(1, "1", modifiers={"feed": 50, "search": -99}, promotions=(Promotion(day, day, 100, -50),))
    bids = {
        placement: hold([ad], Request(placement, 1), at=at).auctions[0].winners[0].bid
        for placement, at in (("feed", AT), ("search", AT), ("shop", AT), ("product", AT + timedelta(days=1)))
    }
    assert bids == {"feed": 30_000, "search": 200, "shop": 20_000, "product": 10_000}


def test_a_promotion_day_changes_the_budget_of_its_local_day():
    ad = candidate(
        1, "5", daily_budget=Decimal(4), promotions=(Promotion(date(2026, 3, 11), date(2026, 3, 11), 0, -50),)
    )
    moments = [AT, datetime(2026, 3, 10, 16, tzinfo=UTC), datetime(2026, 3, 11, 16, tzinfo=UTC)]
    assert [hold([ad], FEED, at=at).auctions[0].winners[0].bid for at in moments] == [40_000, 20_000, 40_000]


@pytest.mark.parametrize(
    ("mode", "fields", "bid"),
    [
        ("target_cost", {"target": Decimal(50)}, 15_000),
        ("target_roi", {"target": Decimal(4)}, 7_500),
        ("target_roi", {"target": Decimal(4), "roi_on": "settled"}, 6_750),
        ("max_conversions", {}, 300),
        ("max_conversions", {"rate": Decimal("0.5"), "modifiers": {"feed": 100}}, 1_200),
        ("target_cost", {"target": Decimal(50), "bid": "0.8"}, 8_000),
        ("target_cost", {"target": Decimal(50), "promotions": (Promotion(AT.date(), AT.date(), 20),)}, 18_000),
    ],
)
def test_automatic_bids_are_what_a_click_is_worth(mode, fields, bid):
    """A click leads to an order of 100 once in fifty; the multiplier is 1.5."""
    ad = candidate(1, **{"bid": None, "mode": mode, **fields})
    (won,) = hold([ad], FEED, purses={1: Purse(multiplier=1.5)}).auctions[0].winners
    assert abs(won.bid - bid) <= 1


def test_viewable_impressions_compete_with_clicks():
    """60 per 1,000 viewable, half of all: 0.03 an impression; 2.50 a click, one in a hundred: 0.025."""
    ads = [candidate(1, "60", mode="cpm"), candidate(2, "2.50")]
    assert outcome(ads, FEED) == [(1, Decimal("0.05")), (2, Decimal("0.01"))]
    assert outcome([replace(ads[0], bid=Decimal(40)), ads[1]], FEED) == [(2, Decimal("2")), (1, Decimal("0.0001"))]


def test_a_new_ad_takes_the_last_slot_of_some_auctions_at_the_reserve(settings):
    settings.AUCTION_EXPLORATION = 0.2
    ads, oracle = [candidate(1, "3"), candidate(2, "2"), candidate(3, "1")], Oracle(new=frozenset({3}))
    pages = [hold(ads, TWO, oracle=oracle, draw=draw * 7919).auctions[0].winners for draw in range(300)]
    explored = [winners for winners in pages if winners[1].is_explored]
    assert 35 <= len(explored) <= 90
    assert pages == [hold(ads, TWO, oracle=oracle, draw=draw * 7919).auctions[0].winners for draw in range(300)]
    assert {(one.candidate.ad, other.candidate.ad, other.price) for one, other in explored} == {(1, 3, 100)}
    assert {tuple(won.candidate.ad for won in winners) for winners in pages if winners not in explored} == {(1, 2)}
    settings.AUCTION_EXPLORATION = 1
    for new in ({1, 3}, {2, 3}):
        assert shown(ads, TWO, oracle=Oracle(new=frozenset(new))) == [1, 2]


def test_an_empty_market_says_so():
    assert hold([], FEED).auctions[0].reason == "no_candidates"
