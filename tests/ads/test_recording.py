"""The auction's memory: what a sample of pages leaves behind."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from ads.auction import Index, Request, decide
from ads.auction.refresh import load
from ads.models import AuctionHour, AuctionRecord, SearchTerm
from ads.replay import reading
from ads.replay.recording import Recorder, Sampled
from ads.replay.writing import records
from ads.search_terms import number
from chengfeng.periods import Period
from tests import factories
from tests.ads import adverts, auctions
from tests.factories import AT

pytestmark = pytest.mark.django_db
SAM = UUID(int=7)
HOUR = AT.replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def recorder(settings):
    settings.AUCTION_RECORDS_A_SECOND = 5
    settings.AUCTION_EXPLORATION = 0
    return Recorder()


def page(*requests: Request, at=AT, index: Index | None = None) -> Sampled:
    index = index or load()
    decision = decide(index, requests, shopper=SAM, at=at, draw=3)
    count = sum(len(held.winners) for held in decision.auctions)
    return Sampled(index, requests, SAM, at, 3, decision, [bytes([n]) * 16 for n in range(1, count + 1)])


@pytest.fixture
def rivals(shop):
    """Ads of four shops, who bid 4, 3, 2 and 1; the last has no money."""
    ads = []
    for bid in (4, 3, 2, 1):
        merchant = factories.merchant(f"Shop {bid}", slug=f"shop-{bid}")
        ads.append(adverts.ad(merchant, bid=str(bid)))
        if bid > 1:
            factories.fund(merchant, 100)
    return ads


def test_a_record_says_what_became_of_every_ad(recorder, rivals):
    recorder.take(page(Request("search", 1, "Red  Dress")))
    assert recorder.flush() == 1
    record = AuctionRecord.objects.get()
    assert (record.at, record.placement, record.slots, record.shopper, record.weight) == (AT, "search", 1, SAM, 1)
    assert record.term == number("red dress") == SearchTerm.objects.get(text="red dress").number
    told = [(one["ad"], one["outcome"], one.get("position"), one.get("token")) for one in record.candidates]
    first, second, third, last = (ad.pk for ad in rivals)
    assert told == [
        (first, "won", 1, "01" * 16), (second, "outranked", None, None), (third, "outranked", None, None),
        (last, "balance", None, None),
    ]  # fmt: skip
    winner = record.candidates[0]
    assert 0 < winner["price"] <= winner["bid"] == 40_000


def losses_of(losers: int) -> tuple[list[dict], dict]:
    """The candidates of a record of an auction that so many ads of one campaign each lost, and what was counted."""
    ads = [auctions.candidate(number, f"{10 + number}") for number in range(losers + 1)]
    counts = Counter()
    (record,) = records(page(Request("feed", 1), index=auctions.index(ads)), counts)
    return record["candidates"], counts


def test_everybody_in_a_crowd_is_told_what_it_lost_to():
    told, counts = losses_of(59)
    assert [(one["campaign"], one["outcome"]) for one in told] == [
        (59, "won"), *((campaign, "outranked") for campaign in range(58, -1, -1))
    ]  # fmt: skip
    assert {(key[1], key[4]): count for key, count in counts.items()} == {
        (campaign, "won" if campaign == 59 else "outranked"): 1.0 for campaign in range(60)
    }
    assert not any("share" in one for one in told)


def test_a_drawn_part_of_a_large_crowd_stands_for_all_of_it():
    told, counts = losses_of(320)
    assert len(counts) == 321
    assert [one["campaign"] for one in told[:20]] == list(range(320, 300, -1))
    assert {one.get("share") for one in told[:20]} == {None}
    assert [one["share"] for one in told[20:]] == [40 / 301] * 40


def test_a_record_of_a_drawn_campaign_weighs_as_much_as_those_without_it(recorder, rivals, monkeypatch):
    monkeypatch.setattr("ads.replay.writing.KEPT", 1)
    monkeypatch.setattr("ads.replay.writing.OTHERS", 1)
    recorder.take(page(Request("feed", 1)))
    recorder.flush()
    kept = AuctionRecord.objects.get().candidates
    assert (kept[0]["ad"], len(kept)) == (rivals[0].pk, 2)
    week = Period(AT - timedelta(days=1), AT + timedelta(days=1))
    weights = {ad.campaign_id: [one.weight for one in reading.auctions(week, campaign=ad.campaign_id)] for ad in rivals}
    drawn = kept[1]["campaign"]
    assert weights == {ad.campaign_id: [3.0] if ad.campaign_id == drawn else [] for ad in rivals[1:]} | {
        rivals[0].campaign_id: [1.0]
    }


def test_hours_add_up_by_campaign_and_outcome(recorder, rivals):
    for minute in (0, 10):
        recorder.take(page(Request("feed", 1), at=HOUR + timedelta(minutes=minute)))
        recorder.flush()
    found = AuctionHour.objects.values_list("campaign", "hour", "placement", "outcome", "auctions")
    outcomes = ["won", "outranked", "outranked", "balance"]
    wanted = {(ad.campaign_id, HOUR, "feed", outcome, 2.0) for ad, outcome in zip(rivals, outcomes, strict=True)}
    assert set(found) == wanted


def test_what_is_kept_stands_for_all(recorder, rivals):
    held = page(Request("feed", 1), Request("shop", 1))
    for _ in range(50):
        recorder.take(held)
    assert recorder.flush() == 5
    assert list(AuctionRecord.objects.values_list("weight", flat=True)) == [10.0] * 10
    assert AuctionHour.objects.get(campaign=rivals[0].campaign, placement="feed").auctions == 50
    assert recorder.flush() == 0


def test_searches_that_cannot_be_kept_are_left_out(recorder, rivals):
    recorder.take(page(Request("search", 1, "ﷺ" * 50)))
    recorder.take(page(Request("search", 1, "hat")))
    recorder.flush()
    assert list(SearchTerm.objects.values_list("text", flat=True)) == ["hat"]
