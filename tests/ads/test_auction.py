"""The auction: known results to the cent, who may run where, and decisions without a database row."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError

from ads import counts
from ads.auction import Request, decide, prediction, refresh
from ads.auction.index import Candidate, Standing, build
from ads.models import CampaignDay
from tests import factories
from tests.factories import AT

from . import adverts

FEED = Request("feed", 3)
RICH = Standing(wallet=Decimal(1000))


@pytest.fixture(autouse=True)
def exact(settings):
    settings.AUCTION_RESERVE, settings.AUCTION_ADS_PER_MERCHANT = Decimal("0.0000001"), 2


def candidate(number: int, bid: str, pctr: float = 0.01, **fields) -> Candidate:
    defaults = {
        "group": 1,
        "ad": number,
        "campaign": number,
        "merchant": number,
        "product": number,
        "product_code": f"p{number}",
    }
    return Candidate(**{**defaults, "bid": Decimal(bid), "daily_budget": Decimal(1000), "pctr": pctr, **fields})


def run(candidates, request=FEED, *, at=AT, draw=0, standings=None, **maps):
    index = build(candidates, {c.ad: RICH for c in candidates} | (standings or {}), read_at=1.0, **maps)
    return decide(index, request, at=at, draw=draw)


def outcome(*args, **kwargs) -> list[tuple[int, Decimal]]:
    return [(w.candidate.ad, w.cost) for w in run(*args, **kwargs).winners]


def shown(*args, **kwargs) -> list[int]:
    return sorted(ad for ad, _ in outcome(*args, **kwargs))


def test_second_prices_of_the_textbook():
    """Values 10, 4, 2 and slots of 200 and 100 clicks pay 800 and 200 in all."""
    prices = outcome([candidate(1, "10"), candidate(2, "4"), candidate(3, "2")], Request("feed", 2))
    assert [(ad, price * clicks) for (ad, price), clicks in zip(prices, (200, 100), strict=True)] == [
        (1, 800),
        (2, 200),
    ]


def test_second_prices_in_fen_are_rounded_up():
    a, b = candidate(1, "3.00", 0.02), candidate(2, "5.00", 0.01)
    c, d = candidate(3, "2.50", 0.022), candidate(4, "1.00", 0.03)
    assert outcome([a, b, c, d]) == [(1, Decimal("2.75")), (3, Decimal("2.28")), (2, Decimal("3.00"))]


def test_the_last_pays_the_reserve_and_who_is_below_stays_out(settings):
    settings.AUCTION_RESERVE = Decimal("0.005")
    assert outcome([candidate(1, "1.00"), candidate(2, "0.49")]) == [(1, Decimal("0.50"))]
    assert run([candidate(2, "0.49")]).reason == "below_reserve"


def test_the_price_never_exceeds_the_bid_nor_what_is_left():
    twins = [candidate(1, "0.333"), candidate(2, "0.333")]
    assert {price for _, price in outcome(twins)} <= {Decimal("0.333"), Decimal("0.01")}
    poor = {1: Standing(wallet=Decimal("0.2")), 2: Standing(wallet=Decimal(9), day=AT.date(), left=Decimal("0.1"))}
    assert outcome([candidate(1, "5"), candidate(2, "5")], standings=poor) == [
        (1, Decimal("0.1")),
        (2, Decimal("0.01")),
    ]


def test_a_merchant_never_bids_against_itself_and_is_shown_twice_at_most():
    mine = [candidate(n, str(10 - n), merchant=7) for n in (1, 2, 3)]
    assert outcome([*mine, candidate(4, "1.5")]) == [(1, Decimal("1.5")), (2, Decimal("1.5")), (4, Decimal("0.01"))]


def test_a_product_is_shown_once_by_its_best_ad():
    assert outcome([candidate(1, "2", product=9), candidate(2, "3", product=9)]) == [(2, Decimal("0.01"))]


def test_currencies_compare_by_rate_and_pay_in_their_own():
    dollars = candidate(1, "1.00", currency="USD", rate=Decimal("7"))
    assert outcome([dollars, candidate(2, "3.00")]) == [(1, Decimal("0.43")), (2, Decimal("0.01"))]


def test_ties_are_settled_by_the_draw_and_by_nothing_else():
    twins = [candidate(n, "1") for n in range(1, 9)]
    firsts = [outcome(twins, draw=draw)[0] for draw in range(64)]
    assert firsts == [outcome(twins, draw=draw)[0] for draw in range(64)]
    assert len(set(firsts)) > 1


def test_hours_are_those_of_the_merchant():
    tuesday_noon = ["0"] * 168
    tuesday_noon[24 + 12] = "1"
    ad = candidate(1, "1", hours="".join(tuesday_noon))
    hours = [AT - timedelta(seconds=1), AT, AT + timedelta(minutes=59), AT + timedelta(hours=1)]
    assert [shown([ad], at=at) for at in hours] == [[], [1], [1], []]
    assert shown([replace(ad, time_zone="Europe/Berlin")], at=AT) == []
    assert shown([replace(ad, time_zone="Europe/Berlin")], at=datetime(2026, 3, 10, 11, tzinfo=UTC)) == [1]


def test_a_budget_lasts_for_its_local_day():
    spent = {1: Standing(wallet=Decimal(9), day=AT.date(), left=Decimal(0))}
    midnight = datetime(2026, 3, 10, 16, tzinfo=UTC)
    moments = [AT, midnight - timedelta(seconds=1), midnight]
    assert [shown([candidate(1, "1")], standings=spent, at=at) for at in moments] == [[], [], [1]]


@pytest.mark.parametrize(
    ("standing", "fields"),
    [
        (Standing(is_on=False, wallet=Decimal(9)), {}),
        (Standing(wallet=Decimal(0)), {}),
        (RICH, {"starts_at": AT + timedelta(seconds=1)}),
        (RICH, {"ends_at": AT}),
    ],
)
def test_who_may_not_run_is_not_shown(standing, fields):
    assert run([candidate(1, "1", **fields)], standings={1: standing}).reason == "not_eligible"


def test_targeting_reaches_pages_of_the_category_and_searches_of_the_keyword():
    ads = [
        candidate(1, "1"),
        candidate(2, "1", categories=frozenset({10})),
        candidate(3, "1", keywords=(("连衣裙", "broad"),)),
        candidate(4, "1", keywords=(("Red Dress", "phrase"),)),
        candidate(5, "1", keywords=(("dress", "exact"),)),
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
    assert run(ads, Request("product", 9, product="p1")).reason == "no_candidates"


def test_a_search_prefers_what_it_asked_for():
    off_topic, on_topic = candidate(1, "4", title="Silk scarf"), candidate(2, "1", title="Linen dress")
    assert outcome([off_topic, on_topic], Request("search", 2, query="dress"))[0][0] == 2
    assert outcome([replace(off_topic, bid=Decimal("5.01")), on_topic], Request("search", 2, query="dress"))[0][0] == 1


def test_predictions_are_smoothed_by_the_category():
    counts = {1: (50, 1000), 2: (0, 1000)}
    found = prediction.predict(counts, {1: 5, 2: 5, 3: 5, 4: 6})
    overall = (50 + 0.02 * 200) / 2200
    fashion = (50 + overall * 200) / 2200
    assert found == {
        1: (50 + fashion * 200) / 1200, 2: fashion * 200 / 1200, 3: pytest.approx(fashion), 4: pytest.approx(overall)
    }  # fmt: skip


@pytest.mark.django_db
def test_the_index_reads_what_may_run(shop, django_assert_num_queries):
    factories.fund(shop, "5")
    running = adverts.ad(shop)
    adverts.ad(shop, state="paused")
    adverts.ad(shop, advertised=adverts.product(shop, stock=0))
    adverts.ad(shop, advertised=adverts.product(shop, state="archived"))
    spent = adverts.ad(shop, bid="1", budget="3")
    CampaignDay.objects.create(campaign=spent.campaign, day=AT.date(), budget=3, spent=3)
    index = refresh.load()
    with django_assert_num_queries(0):
        decision = decide(index, FEED, at=AT, draw=1)
    assert [w.candidate.ad for w in decision.winners] == [running.pk]
    assert decision.winners[0].product_price == 100


@pytest.mark.django_db
def test_counting_learns_from_valid_events(shop):
    ad = adverts.ad(shop)
    for kind, valid in (("impression", True), ("impression", True), ("click", True), ("click", False)):
        adverts.event(ad, shopper=factories.shopper(), kind=kind, is_valid=valid)
    counts.run(None, None)
    counts.run(None, None)
    assert refresh.snapshot.counts() == {ad.pk: (1, 2)}


@pytest.mark.django_db
def test_the_keeper_notices_changes_and_survives_the_database(shop, monkeypatch):
    factories.fund(shop, "5")
    keeper, ad = refresh.Keeper(), adverts.ad(shop)
    keeper.tick()
    ad.campaign.__class__.objects.filter(pk=ad.campaign_id).update(state="paused")
    keeper.tick()
    assert decide(keeper.index, FEED, at=AT, draw=1).reason == "not_eligible"
    before = keeper.index

    def down():
        raise DatabaseError

    monkeypatch.setattr(refresh.snapshot, "fingerprint", down)
    keeper.tick()
    assert keeper.index is before
    monkeypatch.setattr(refresh.time, "monotonic", lambda: before.read_at + refresh.STALE + 1)
    assert refresh.is_stale(keeper.index)


def test_an_index_never_read_says_so():
    assert decide(refresh.EMPTY, FEED, at=AT, draw=1).reason == "not_ready"
