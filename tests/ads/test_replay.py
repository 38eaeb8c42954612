"""Auctions held again: shares and reasons, prices step by step, other bids, and forecasts, beside known answers."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ads import charging, partitions, prediction
from ads.auction.moments import Rules
from ads.models import AuctionHour, AuctionRecord, Steering
from ads.replay.estimating import expected
from ads.replay.explaining import explain
from ads.replay.forecasting import forecast
from ads.replay.holding import Bidder
from ads.replay.losses import Loss, losses
from ads.replay.people import reach
from ads.replay.planning import NEWCOMER
from ads.replay.quantiles import quantiles
from ads.replay.reading import Auction, Entry, auctions
from ads.replay.suggesting import suggested_bids, suggested_targets
from ads.replay.what_if import FEWEST, study
from chengfeng.periods import days_period
from shops import tokens
from shops.people.rights import Right
from tests import factories
from tests.factories import AT

from . import adverts
from .auctions import Oracle

OWN, RIVAL = 1, 2
RULES = Rules(1, (100, 1), "gsp", 0.9, 2, 10, 500, 0.0)
BIDDER = Bidder(OWN, OWN, 1_000_000, RULES)
YESTERDAY = AT - timedelta(days=1)


def entry(campaign: int, bid: float, **fields) -> Entry:
    """An ad with a click in ten impressions, of the merchant of the same number; bids are in whole money."""
    bid = round(bid * 10_000)
    fields = {"outcome": "outranked", "merchant": campaign, "product": campaign} | fields
    return Entry(
        campaign=campaign, mode="cpc", bid=bid, pctr=0.1, pcvr=0.5, quality=100, score=bid * 10_000_000 * 100, **fields
    )  # fmt: skip


def auction(*entries: Entry, slots: int = 1, weight: float = 1.0) -> Auction:
    return Auction(YESTERDAY.date(), UUID(int=1), YESTERDAY, "feed", slots, None, "", UUID(int=1), weight, entries)


def test_another_bid_wins_and_pays_what_the_next_one_bids():
    held = auction(entry(RIVAL, 2), entry(OWN, 1.5), entry(3, 1))
    assert [BIDDER.wins(held, factor) for factor in (0.5, 1, 4 / 3)] == [[], [], []]
    (win,) = BIDDER.wins(held, 2)
    assert (win.price, expected([win])) == (20_000, expected([win]))
    assert (expected([win]).clicks, expected([win]).spend, expected([win]).orders) == (0.1, 0.2, 0.05)


def test_the_least_bid_that_wins_is_a_cent_above_the_slot():
    lost = auction(entry(RIVAL, 2), entry(3, 1.7), entry(OWN, 1), slots=2)
    needed = BIDDER.needed(lost.entries[2], lost)
    assert needed == 17_100
    assert [len(BIDDER.wins(lost, bid)) for bid in (1.7, needed / 10_000)] == [0, 1]


def test_who_was_kept_away_whatever_was_bid_stays_away():
    for outcome, wins in {"audience": 0, "capped": 0, "balance": 0, "budget": 1, "throttled": 1}.items():
        held = auction(entry(RIVAL, 1), entry(OWN, 2, outcome=outcome))
        assert len(BIDDER.wins(held, 1)) == wins, outcome


def test_a_shop_gives_way_to_itself():
    mine = entry(OWN, 1, outcome="merchant_limit")
    others = [entry(n, 2, merchant=OWN, outcome="won", position=n) for n in (8, 9)]
    held = auction(*others, mine, slots=3)
    assert [len(BIDDER.wins(held, factor)) for factor in (1, 3)] == [0, 1]


outcomes = st.sampled_from(["won", "outranked", "below_reserve", "merchant_limit", "duplicate", "budget", "audience"])
entries = st.lists(
    st.builds(
        lambda campaign, bid, merchant, product, outcome: entry(
            campaign, bid, merchant=merchant if campaign != OWN else OWN, product=product, outcome=outcome
        ),
        st.integers(1, 4), st.integers(1, 500).map(lambda cents: cents / 100), st.integers(1, 3), st.integers(1, 6),
        outcomes,
    ),
    max_size=10,
)  # fmt: skip


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(entries, st.integers(1, 4), st.integers(1, 500), st.integers(100, 500))
def test_a_higher_bid_never_loses_an_impression(entries, slots, factor, more):
    held = auction(*entries, slots=slots)
    before, after = BIDDER.wins(held, factor / 100), BIDDER.wins(held, factor * more / 10_000)
    assert len(before) <= len(after)
    assert all(0 < win.price <= win.entry.bid for win in after)


def test_a_price_is_explained_by_the_next_score():
    won = entry(OWN, 3, outcome="won", position=1, price=20_000, vcg_price=18_000)
    told = explain(auction(won, entry(RIVAL, 2), entry(3, 1)), BIDDER)
    assert (told.bid, told.chance, told.quality, told.score, told.floor) == (3, 0.1, 1, 300, 200)
    assert (told.exact, told.gsp, told.price, told.vcg, told.is_reserve) == (2, 2, 2, Decimal("1.8"), False)
    assert [(rank.whose, rank.ratio, rank.is_shown) for rank in told.ranking] == [
        ("own", 1, True), ("other", 0.67, False), ("other", 0.33, False)
    ]  # fmt: skip


def test_a_lost_auction_says_what_would_have_won_it():
    told = explain(auction(entry(RIVAL, 2, outcome="won", position=1), entry(OWN, 1)), BIDDER)
    assert (told.outcome, told.price, told.floor, told.needed) == ("outranked", None, None, Decimal("2.01"))


def test_people_seen_in_all_auctions_are_counted_and_those_in_others_estimated():
    def seen(times: int, weight: float) -> list[Auction]:
        return [replace(auction(weight=weight), shopper=UUID(int=n)) for n in range(100) for _ in range(times)]

    assert [reach(seen(times, weight=1)) for times in (1, 3)] == [100, 100]
    assert reach(seen(1, weight=4)) == pytest.approx(400, rel=0.05)
    assert reach(seen(3, weight=4)) == 100


def test_quantiles_are_of_the_weight():
    assert quantiles([(1, 1), (2, 1), (3, 2)], (0.25, 0.5, 0.75)) == [1, 2, 3]


@pytest.fixture
def rival(foreign_shop):
    return adverts.ad(foreign_shop, bid="2")


@pytest.fixture
def ad(shop):
    return adverts.ad(shop, bid="1", budget="150")


def told(ad, bid: str, outcome: str, **fields) -> dict:
    units = int(Decimal(bid) * 10_000)
    plain = {"token": None, "price": None, "vcg_price": None, "position": None, "keyword": None, "propensity": 1.0}
    return plain | {
        "ad": ad.pk, "group": ad.group_id, "campaign": ad.campaign_id, "merchant": ad.merchant_id,
        "product": ad.product_id, "mode": "cpc", "outcome": outcome, "bid": units, "pctr": 1.0, "pcvr": 0.5,
        "quality": 100, "score": units * 100_000_000 * 100, **fields,
    }  # fmt: skip


def plant(count: int, *candidates: dict, at=YESTERDAY, slots: int = 1, weight: float = 1.0) -> None:
    """Record auctions a second apart."""
    partitions.ensure_days({at.date()})
    AuctionRecord.objects.bulk_create(
        AuctionRecord(
            day=at.date(), number=uuid4(), at=at + timedelta(seconds=n), placement="feed", slots=slots,
            shopper=UUID(int=n), draw=n, weight=weight, candidates=list(candidates),
        )
        for n in range(count)
    )  # fmt: skip


def happened(ad, count: int, *, price: str, at=YESTERDAY) -> None:
    """Store what auctions that were won brought: each shown, clicked and charged."""
    for n in range(count):
        for kind in ("impression", "click"):
            adverts.event(ad, shopper=UUID(int=n), at=at, kind=kind)
    clicks = [adverts.token(ad, price=price, at=at) for _ in range(count)]
    charging.charge(clicks, charging.lock_campaigns([ad.campaign_id]), at=at)


@pytest.mark.django_db
def test_shares_add_up_by_local_day_and_placement(shop, foreign_shop, ad, rival):
    late = AT.replace(hour=17, minute=0)  # one o'clock the next day in Shanghai
    for one, outcome, count, hour in (
        (ad, "won", 30, AT), (ad, "outranked", 10, AT), (ad, "budget", 40, AT), (ad, "balance", 10, AT),
        (ad, "capped", 10, late), (ad, "schedule", 50, late), (rival, "won", 7, AT),
    ):  # fmt: skip
        AuctionHour.objects.create(
            merchant=one.merchant, campaign=one.campaign, hour=hour.replace(minute=0), placement="feed",
            outcome=outcome, auctions=count,
        )  # fmt: skip
    found = losses(ad.campaign, date(2026, 3, 10), date(2026, 3, 11))
    assert (found.whole.auctions, found.whole.share, found.whole.left_out) == (100, 0.3, 50)
    assert found.whole.lost_to == {
        Loss.RANK: 0.1, Loss.BUDGET: 0.4, Loss.BALANCE: 0.1, Loss.CAPS: 0.1, Loss.GOODS: 0
    }  # fmt: skip
    assert [(share.auctions, share.won) for share in found.days.values()] == [(90, 30), (10, 0)]
    assert found.placements.keys() == {"feed"}
    assert losses(foreign_shop, AT.date(), AT.date()).campaigns.keys() == {rival.campaign_id}


@pytest.mark.django_db
def test_records_of_a_campaign_are_those_it_took_part_in(shop, ad, rival):
    plant(1, told(rival, "2", "won"), told(ad, "1", "outranked"), weight=3)
    plant(1, told(rival, "2", "won"))
    period = days_period(YESTERDAY.date(), YESTERDAY.date(), shop.time_zone)
    assert [one.weight for one in auctions(period, campaign=ad.campaign_id)] == [3]
    assert len(auctions(period)) == 2


@pytest.mark.django_db
def test_more_records_than_are_looked_at_weigh_more(shop, ad):
    plant(400, told(ad, "1", "won"))
    found = auctions(days_period(YESTERDAY.date(), YESTERDAY.date(), shop.time_zone), looked=100)
    assert (len(found) < 200, {one.weight for one in found}) == (True, {4.0})


@pytest.mark.django_db
def test_another_bid_is_held_against_recorded_rivals(shop, ad, rival):
    plant(60, told(rival, "2", "won", position=1), told(ad, "1", "outranked"))
    plant(60, told(ad, "1", "won", position=1, price=5_000), told(rival, "0.5", "outranked"))
    low, now, high = (study(ad.campaign, at=AT, days=1).estimate(p).whole for p in (-60, 0, 110))
    assert [(f.impressions, f.clicks, round(f.spend, 6)) for f in (low, now, high)] == [
        (0, 0, 0), (60, 60, 30), (120, 120, 150)
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_day_ends_with_its_budget(shop, ad, rival):
    ad.campaign.days.create(day=YESTERDAY.date(), budget=10)
    plant(120, told(ad, "1", "won", position=1, price=5_000), told(rival, "0.5", "outranked"))
    found = study(ad.campaign, at=AT, days=1)
    assert found.estimate(0).whole.clicks == 20
    assert (found.missed.clicks, found.missed.spend, found.missed.price) == (100, 50, 0.5)


@pytest.mark.django_db
def test_in_a_world_without_chance_nothing_is_off(shop, ad, rival):
    factories.fund(shop, 1000)
    for day in (2, 1):
        at = AT - timedelta(days=day)
        plant(60, told(ad, "1", "won", position=1, price=5_000), told(rival, "0.5", "outranked"), at=at)
        happened(ad, 60, price="0.5", at=at)
    held = study(ad.campaign, at=AT, days=2)
    found = held.what_if(held.percent_for(Decimal(1)))
    assert (found.percent, found.clicks.low, found.clicks.high, found.price.middle) == (0, 120, 120, 0.5)
    assert (found.error.impressions, found.error.clicks, found.error.spend, found.error.price) == (0, 0, 0, 0)
    assert (found.later.impressions, found.later.spend) == (0, 0)


@pytest.mark.django_db
def test_a_bid_that_changed_in_the_week_is_asked_for_on_all_of_its_days(shop, ad, rival):
    factories.fund(shop, 1000)
    ad.campaign.bid = 3
    for day in (4, 3):
        plant(30, told(rival, "2", "won", position=1), told(ad, "1", "outranked"), at=AT - timedelta(days=day))
    for day in (2, 1):
        at = AT - timedelta(days=day)
        plant(30, told(ad, "3", "won", position=1, price=20_000), told(rival, "2", "outranked"), at=at)
        happened(ad, 30, price="2", at=at)
    held = study(ad.campaign, at=AT, days=4)
    asked = {bid: held.what_if(held.percent_for(Decimal(bid))) for bid in (1, 3)}
    assert [(found.impressions.middle, found.spend.middle) for found in asked.values()] == [(0, 0), (120, 240)]
    assert (asked[3].percent, asked[3].error, asked[3].later) == (0, asked[1].error, asked[1].later)
    assert [(error.impressions, error.spend) for error in (asked[3].error, asked[3].later)] == [(0, 0), (0, 0)]


@pytest.mark.django_db
def test_the_bids_of_now_are_those_of_keywords_placements_and_promotion_days(shop, ad, rival):
    word = ad.group.keywords.create(text="silk", match="exact", bid=2)
    ad.campaign.modifiers.create(placement="feed", percent=50)
    ad.campaign.promotion_days.create(first_day=YESTERDAY.date(), last_day=YESTERDAY.date(), bid_percent=100)
    for keyword in (word.pk, None):
        plant(60, told(ad, "7", "outranked", keyword=keyword), told(rival, "9", "won", position=1))
    bids = {entry.keyword: entry.bid for held in study(ad.campaign, at=AT).rebid for entry in held.entries[:1]}
    assert bids == {word.pk: 60_000, None: 30_000}


@pytest.mark.django_db
def test_what_was_off_before_widens_the_range(shop, ad, rival):
    plant(FEWEST, told(ad, "1", "won", position=1, price=5_000), told(rival, "0.5", "outranked"))
    for n in range(80):
        adverts.event(ad, shopper=UUID(int=n), at=YESTERDAY, kind="impression")
    found = study(ad.campaign, at=AT, days=1).what_if(0)
    assert found.error.impressions == 0.25
    assert (found.impressions.low, found.impressions.middle, found.impressions.high) == (75, 100, 125)


@pytest.mark.django_db
def test_too_few_auctions_tell_nothing(shop, ad):
    plant(FEWEST - 1, told(ad, "1", "won", position=1, price=5_000))
    assert not study(ad.campaign, at=AT).is_enough
    assert suggested_bids(ad.campaign, at=AT) is None


@pytest.mark.django_db
def test_bids_are_suggested_by_how_much_they_would_win(shop, ad, rival):
    for bid, count in (("1", 50), ("2", 50), ("3", 50), ("4", 50)):
        plant(count, told(rival, bid, "won", position=1), told(ad, "0.5", "outranked"))
    found = suggested_bids(ad.campaign, at=AT)
    assert (found.low, found.middle, found.high) == (Decimal("1.01"), Decimal("2.01"), Decimal("3.01"))
    assert found.auctions == 200
    assert suggested_targets(ad.campaign, at=AT) is None


SPEC = {
    "placements": ["feed"], "bid_mode": "cpc", "bid": "3", "daily_budget": "1000", "hours": "1" * 168, "campaign": None,
}  # fmt: skip


@pytest.mark.django_db
def test_a_campaign_is_forecast_from_the_auctions_it_would_reach(shop, rival):
    plant(200, told(rival, "2", "won", position=1, price=100))
    found = forecast(shop, SPEC, at=AT)
    assert (found.reach, found.impressions, found.clicks, found.low, found.high) == (200, 200, 200, 2, 2)
    assert forecast(shop, SPEC | {"bid": "1"}, at=AT).impressions == 0
    assert forecast(shop, SPEC | {"daily_budget": "20"}, at=AT).clicks == 10
    assert forecast(shop, SPEC | {"placements": ["search"]}, at=AT) is None
    assert forecast(shop, SPEC | {"hours": "0" * 168}, at=AT) is None


@pytest.mark.django_db
def test_a_forecast_goes_by_what_is_predicted_for_the_ads_that_were_chosen(shop, rival, monkeypatch):
    oracle = Oracle(clicks={NEWCOMER: 0.25}, purchases={NEWCOMER: 0.1}, values={NEWCOMER: 100.0})
    monkeypatch.setattr(prediction, "latest", lambda: oracle)
    plant(200, told(rival, "2", "won", position=1, price=100))
    spec = SPEC | {"bid": "9", "products": [adverts.product(shop).code]}
    found = forecast(shop, spec, at=AT)
    assert (found.is_predicted, found.impressions, found.clicks, found.low) == (True, 200, 50, 8)
    usual = forecast(shop, spec | {"products": []}, at=AT)
    assert (usual.is_predicted, usual.clicks, usual.low) == (False, 200, 2)
    roi = spec | {"bid_mode": "target_roi", "bid": None}
    assert [forecast(shop, roi | {"target_roi": target}, at=AT).impressions for target in ("1", "2")] == [200, 0]


@pytest.mark.django_db
def test_a_change_is_forecast_with_the_targeting_and_the_ads_that_it_leaves_as_they_are(shop, ad, rival):
    plant(200, told(rival, "0.5", "won", position=1), told(ad, "1", "outranked"))
    spec = SPEC | {"campaign": ad.campaign.code, "daily_budget": "100000"}
    assert forecast(shop, spec, at=AT).is_predicted
    ad.group.keywords.create(text="silk", match="exact")
    assert forecast(shop, spec, at=AT) is None
    assert forecast(shop, spec | {f"groups.{ad.group.code}.keywords": []}, at=AT).auctions == 200


@pytest.mark.django_db
def test_a_change_of_a_campaign_that_is_steered_is_forecast_with_its_multiplier(shop, rival, monkeypatch):
    steered = adverts.ad(shop, bid_mode="target_cost", target_cost=Decimal(10))
    oracle = Oracle(clicks={steered.pk: 0.5}, purchases={steered.pk: 0.2})
    monkeypatch.setattr(prediction, "latest", lambda: oracle)
    plant(100, told(rival, "2", "won", position=1))
    spec = SPEC | {"campaign": steered.campaign.code, "bid_mode": "target_cost", "target_cost": "10", "bid": None}
    wins = [forecast(shop, spec, at=AT).impressions]
    Steering.objects.create(campaign=steered.campaign, multiplier=2.5, phase_since=AT, updated_at=AT)
    assert [*wins, forecast(shop, spec, at=AT).impressions] == [0, 100]


@pytest.mark.django_db
def test_forecasts_are_checked_on_days_that_they_had_not_seen(shop, ad, rival):
    ad.campaign.created_at = AT - timedelta(days=30)
    ad.campaign.save()
    for day in range(7, 0, -1):
        at = AT - timedelta(days=day)
        plant(20, told(ad, "1", "won", position=1), told(rival, "0.5", "outranked"), at=at, weight=0.1)
        for n in range(2 if day <= 4 else 0):
            adverts.event(ad, shopper=UUID(int=n), at=at, kind="impression")
            adverts.event(ad, shopper=UUID(int=n), at=at)
    assert forecast(shop, SPEC, at=AT).error == pytest.approx(0)
    plant(4, told(ad, "1", "won", position=1), told(rival, "0.5", "outranked"), at=AT - timedelta(days=6))
    assert forecast(shop, SPEC, at=AT).error == pytest.approx(2 / 3)


@pytest.fixture
def contested(shop, ad, rival):
    """Auctions of which Alice's campaign lost and won as many, with what came of them by the hour."""
    plant(60, told(rival, "2.3456", "won", position=1, price=17_777), told(ad, "1", "outranked"))
    plant(60, told(ad, "1", "won", position=1, price=5_000, vcg_price=4_000), told(rival, "0.5", "outranked"))
    hour = YESTERDAY.replace(minute=0)
    for outcome in ("won", "outranked"):
        AuctionHour.objects.create(
            merchant=shop, campaign=ad.campaign, hour=hour, placement="feed", outcome=outcome, auctions=60
        )
    return AuctionRecord.objects.filter(candidates__0__campaign=ad.campaign_id).order_by("at").first()


@pytest.mark.django_db
@pytest.mark.usefixtures("noon")
def test_pages_and_answers_tell_nothing_of_competitors(client, shop, foreign_shop, dana, ad, rival, contested):
    client.force_login(dana)
    code, campaign = f"{contested.day:%Y%m%d}-{contested.number.hex}", ad.campaign.code
    pages = [
        client.get(reverse("ads:insight", args=[shop.code])),
        *(client.get(reverse(f"ads:{name}", args=[shop.code, campaign])) for name in ("campaign_insight", "what_if")),
        client.get(reverse("ads:auction", args=[shop.code, campaign, code])),
    ]
    answers = [
        asking(shop, dana, f"ads:{name}", campaign, **query)
        for name, query in (
            ("api_campaign_insight", {}), ("api_what_if", {"bid_percent": 20, "days": 1}), ("api_suggestions", {}),
        )
    ]  # fmt: skip
    assert [answer.status_code for answer in (*pages, *answers)] == [200] * 7
    theirs = [foreign_shop.name, foreign_shop.code, rival.campaign.code, rival.code, rival.product.title, "2.3456",
              "1.7777", "23456", "17777", f'"merchant": {rival.merchant_id}']  # fmt: skip
    for answer in (*pages, *answers):
        said = answer.content.decode()
        assert [word for word in theirs if word in said] == []
    assert [float(told["price"]) for told in answers[0].json()["auctions"] if told["price"]][:1] == [0.5]
    assert answers[0].json()["whole"]["share"] == 0.5


def asking(shop, by, name: str, code: str, **query):
    _token, secret = tokens.issue(merchant=shop, name="t", rights=[Right.ADS_VIEW], by=by, at=AT)
    return Client().get(reverse(name, args=[code]), query, HTTP_AUTHORIZATION=f"Bearer {secret}")


@pytest.mark.django_db
@pytest.mark.usefixtures("noon")
def test_an_auction_without_the_campaign_does_not_exist(client, shop, dana, ad, rival, contested):
    plant(1, told(rival, "2", "won", position=1), at=AT)
    other = AuctionRecord.objects.get(day=AT.date())
    client.force_login(dana)
    for code in (f"{other.day:%Y%m%d}-{other.number.hex}", "20260310-x", "x", "99999999-" + "0" * 32):
        assert client.get(reverse("ads:auction", args=[shop.code, ad.campaign.code, code])).status_code == 404


@pytest.mark.django_db
@pytest.mark.usefixtures("noon")
def test_pages_say_what_is_missing(client, shop, dana, ad):
    client.force_login(dana)
    page = client.get(reverse("ads:what_if", args=[shop.code, ad.campaign.code])).content.decode()
    assert f"0 of the {FEWEST} recorded auctions" in page
    assert "No auctions in these days" in client.get(reverse("ads:insight", args=[shop.code])).content.decode()
    answer = asking(shop, dana, "ads:api_what_if", ad.campaign.code, bid=2)
    assert (answer.status_code, answer.json()["code"], answer.json()["needed"]) == (409, "too_few_auctions", FEWEST)
    assert asking(shop, dana, "ads:api_what_if", ad.campaign.code, bid=2, bid_percent=5).status_code == 400
