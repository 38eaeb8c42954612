"""The index: what it reads of the database, how it is kept fresh, and that a decision reads nothing."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from ads.auction import Request, decide, reading, refresh
from ads.auction.candidates import KeywordBid, Promotion
from ads.auction.frequency import Frequency
from ads.models import (
    AccountDay,
    AdAccount,
    Audience,
    Campaign,
    CampaignDay,
    CampaignTotal,
    GroupAudience,
    Keyword,
    NegativeKeyword,
    PlacementModifier,
    PromotionDays,
    Steering,
)
from ads.serving import serve
from chengfeng import clock, health
from tests import factories
from tests.factories import AT

from . import adverts
from .auctions import SAM

pytestmark = pytest.mark.django_db
FEED = Request("feed", 9)


def winners(index, page=FEED) -> dict[int, int]:
    """The bids of the ads that are shown, by ad."""
    decision = decide(index, [page], shopper=SAM, at=AT, draw=1)
    return {won.candidate.ad: won.bid for won in decision.auctions[0].winners}


@pytest.fixture(autouse=True)
def roomy(settings):
    settings.AUCTION_ADS_PER_MERCHANT = 99


def test_the_index_reads_what_may_run(shop, django_assert_num_queries):
    factories.fund(shop, "5")
    running = adverts.ad(shop)
    adverts.ad(shop, state="paused")
    adverts.ad(shop, advertised=adverts.product(shop, stock=0))
    adverts.ad(shop, advertised=adverts.product(shop, state="archived"))
    for fields in ({"review": "rejected", "review_reason": "claims"}, {"review": "pending"}, {"state": "paused"}):
        ad = adverts.ad(shop)
        type(ad).objects.filter(pk=ad.pk).update(**fields)
    asleep = adverts.ad(shop)
    asleep.campaign.groups.update(state="paused")
    index = refresh.load()
    with django_assert_num_queries(0):
        assert winners(index) == {running.pk: 10_000}
    assert index.goods.price.tolist()[0] == 1_000_000


def test_the_index_reads_what_is_left_of_every_budget_and_how_campaigns_are_steered(shop):
    factories.fund(shop, "50")
    of_day, of_total, free = (adverts.ad(shop, bid="9", budget="20", total_budget=total) for total in (None, 30, None))
    CampaignDay.objects.create(campaign=of_day.campaign, day=AT.date(), budget=20, spent=13)
    CampaignTotal.objects.create(campaign=of_total.campaign, budget=30, spent=Decimal("24.5"))
    AdAccount.objects.create(merchant=shop, daily_budget=100)
    AccountDay.objects.create(merchant=shop, day=AT.date(), budget=100, spent=92)
    Steering.objects.create(campaign=free.campaign, multiplier=1, participation=0, phase_since=AT, updated_at=AT)
    assert winners(refresh.load()) == {of_day.pk: 70_000, of_total.pk: 55_000}
    AccountDay.objects.update(spent=Decimal("99.5"))
    Steering.objects.update(participation=1)
    assert winners(refresh.load()) == {of_day.pk: 5_000, of_total.pk: 5_000, free.pk: 5_000}


def test_a_campaign_that_was_never_steered_starts_from_its_target_and_a_steered_one_from_its_multiplier(shop):
    factories.fund(shop, "50")
    _fresh, steered = (adverts.ad(shop, bid_mode="target_cost", target_cost=Decimal(30)) for _ in range(2))
    Steering.objects.create(campaign=steered.campaign, multiplier=0.5, phase_since=AT, updated_at=AT)
    money = refresh.load().money
    assert money.multiplier.tolist() == [1.0, 0.5]


def test_a_candidate_carries_all_that_was_said_of_it(shop, alice):
    ad = adverts.ad(shop, bid="2", target_cost=Decimal(30), bid_mode="target_cost", placements=["search"])
    campaign, group = ad.campaign, ad.group
    keyword = Keyword.objects.create(group=group, text="dress", match="phrase", bid=Decimal(3))
    NegativeKeyword.objects.create(campaign=campaign, text="cheap", match="exact")
    NegativeKeyword.objects.create(campaign=campaign, group=group, text="used", match="phrase")
    PlacementModifier.objects.create(campaign=campaign, placement="search", percent=20)
    PromotionDays.objects.create(campaign=campaign, first_day=AT.date(), last_day=AT.date(), bid_percent=5)
    crowd = Audience.objects.create(merchant=shop, name="Viewers", kinds=["view"], days=7, created_at=AT)
    GroupAudience.objects.create(group=group, audience=crowd, is_excluded=True)
    type(group).objects.filter(pk=group.pk).update(exclude_buyers_days=30, bid=Decimal("1.5"))
    (found,) = reading.read_candidates([campaign.pk])[campaign.pk]
    assert (found.mode, found.target, found.bid, found.placements) == ("target_cost", 30, Decimal("1.5"), {"search"})
    assert found.keywords == (KeywordBid(keyword.pk, "dress", "phrase", Decimal(3)),)
    assert (found.negatives, found.group_negatives) == ((("cheap", "exact"),), (("used", "phrase"),))
    assert (found.modifiers, found.promotions) == ({"search": 20}, (Promotion(AT.date(), AT.date(), 5, 0),))
    assert (found.left_out, found.audiences, found.exclude_buyers_days) == ({crowd.pk}, frozenset(), 30)
    assert found.facts.price == 100


def test_a_mark_changes_with_anything_that_ads_are_made_of(shop):
    ad, other = adverts.ad(shop), adverts.ad(shop)
    changes = [
        lambda: Campaign.objects.filter(pk=ad.campaign_id).update(bid=Decimal(2)),
        lambda: ad.campaign.groups.update(bid=Decimal(3)),
        lambda: type(ad).objects.filter(pk=ad.pk).update(headline="New"),
        lambda: type(ad.product).objects.filter(pk=ad.product_id).update(title="Other"),
        lambda: Keyword.objects.create(group=ad.group, text="dress"),
        lambda: Keyword.objects.filter(group=ad.group).delete(),
        lambda: ad.group.categories.add(factories.category()),
        lambda: PlacementModifier.objects.create(campaign=ad.campaign, placement="feed", percent=5),
    ]
    before = reading.read_marks()
    for change in changes:
        with transaction.atomic():
            change()
        after = reading.read_marks()
        assert (after[ad.campaign_id] != before[ad.campaign_id], after[other.campaign_id]) == (
            True, before[other.campaign_id],
        )  # fmt: skip
        before = after


def test_the_keeper_stops_a_campaign_at_once_and_reads_again_only_what_changed(shop, monkeypatch):
    factories.fund(shop, "5")
    keeper, stopped, running = refresh.Keeper(), adverts.ad(shop), adverts.ad(shop)
    keeper.tick()
    first = keeper.index
    keeper._reader._due["marks"].seconds = float("inf")
    Campaign.objects.filter(pk=stopped.campaign_id).update(state="paused")
    keeper.tick()
    assert keeper.index.roster is first.roster
    assert winners(keeper.index) == {running.pk: 10_000}
    started = adverts.ad(shop)
    read, asked = reading.read_candidates, []
    monkeypatch.setattr(reading, "read_candidates", lambda campaigns: asked.append(campaigns) or read(campaigns))
    keeper._reader._due["marks"].seconds = keeper._reader._due["goods"].seconds = 0
    keeper.tick()
    assert (winners(keeper.index), asked) == ({running.pk: 10_000, started.pk: 10_000}, [[started.campaign_id]])


def test_the_keeper_survives_the_database(shop, monkeypatch):
    factories.fund(shop, "5")
    keeper, ad = refresh.Keeper(), adverts.ad(shop)
    keeper.tick()
    before = keeper.index

    def down(*args, **kwargs):
        raise DatabaseError

    with monkeypatch.context() as patched:
        patched.setattr(refresh.snapshot, "read_money", down)
        keeper.tick()
    assert keeper.index is before
    assert winners(before) == {ad.pk: 10_000}
    keeper.tick()
    assert keeper.index is not before


def test_an_index_without_news_is_told_and_after_a_minute_serves_nothing(shop, settings, monkeypatch):
    factories.fund(shop, "5")
    keeper, ad = refresh.Keeper(), adverts.ad(shop)
    keeper.tick()
    keeper._thread, settings.AUCTION_REFRESH_SECONDS = threading.current_thread(), 0.5
    monkeypatch.setattr(refresh, "_keeper", keeper)
    told, read_at = [], keeper.index.read_at
    for age in (1, 11, 61):
        monkeypatch.setattr(refresh.time, "monotonic", lambda age=age: read_at + age)
        (filled,) = serve([Request("feed", 1)], shopper=SAM, at=AT)
        told.append((health.parts["auction"](), [served.card.code for served in filled.ads], filled.reason))
    assert told == [
        ("ok", [ad.product.code], None), ("stale", [ad.product.code], None), ("stopped", [], "stale"),
    ]  # fmt: skip


def test_the_index_is_warm_for_what_was_asked_before(shop):
    factories.fund(shop, "5")
    adverts.ad(shop)
    reader = refresh.Reader()
    winners(reader.read())
    renewed = reader.read()
    assert ("feed", "page", None) in renewed.moment(AT).rankings
    assert ("feed", "page", None) not in renewed.moment(AT + timedelta(days=1)).rankings


def test_decisions_wait_no_longer_than_a_moment_for_the_first_index(settings, monkeypatch):
    keeper, reading_it = refresh.Keeper(), threading.Event()
    settings.AUCTION_REFRESH_SECONDS = 0.5
    monkeypatch.setattr(refresh, "FIRST", 0.01)
    monkeypatch.setattr(refresh, "_keeper", keeper)
    monkeypatch.setattr(keeper, "_run", reading_it.wait)
    (filled,) = serve([Request("feed", 1)], shopper=SAM, at=AT)
    assert (filled.ads, filled.reason, health.parts["auction"]()) == ((), "not_ready", "starting")
    reading_it.set()


def test_in_a_simulation_what_others_showed_is_read_by_its_clock(shop, rf, settings, monkeypatch):
    settings.SIMULATION = True
    monkeypatch.setattr(clock, "_simulated", clock._Simulated())
    ad, keeper = adverts.ad(shop), refresh.Keeper()
    adverts.event(ad, shopper=SAM, at=AT, kind="impression")
    keeper.tick()
    assert keeper.frequency.of(SAM, AT) == ()
    keeper.frequency = Frequency()
    for instant in (AT, AT - timedelta(minutes=1)):
        clock.SimulatedTimeMiddleware(lambda request: None)(rf.get("/", headers={clock.HEADER: clock.stamp(instant)}))
    keeper.tick()
    assert (clock.latest(), keeper.frequency.of(SAM, AT)) == (AT, (ad.pk, -ad.campaign_id))
