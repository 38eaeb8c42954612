"""What a trace says became of each ad, and what a process remembers of the views of a shopper."""

import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from ads import tokens
from ads.auction import Outcome, Request, decide
from ads.auction.frequency import Frequency
from tests import factories
from tests.factories import AT

from . import adverts
from .auctions import SAM, Crowd, Oracle, Purse, candidate, index, trace

TWO = Request("search", 2, query="dress")


def outcomes(candidates, *, views=(), draw=0, **fields) -> dict[int, str]:
    made = index([replace(row, title="dress") for row in candidates], **fields)
    return {row.candidate.ad: row.outcome for row in trace(made, [TWO], draw=draw, views=views)}


def test_every_loss_has_its_reason():
    ads = {
        "won": candidate(1, "9"),
        "duplicate": candidate(2, "8", product=1, merchant=1),
        "merchant_limit": candidate(3, "7", merchant=1),
        "outranked": candidate(4, "2"),
        "below_reserve": candidate(5, "0.01"),
        "budget": candidate(6), "total_budget": candidate(7), "account_budget": candidate(8), "balance": candidate(9),
        "throttled": candidate(10),
        "capped": candidate(11, "6"),
        "audience": candidate(12, audiences=frozenset({5})),
        "buyer": candidate(13, exclude_buyers_days=7),
        "negative": candidate(14, negatives=(("dress", "exact"),)),
        "schedule": candidate(15, ends_at=AT),
        "placement": candidate(16, placements=frozenset({"feed"})),
        "not_on_sale": candidate(17), "out_of_stock": candidate(18), "rejected": candidate(19),
    }  # fmt: skip
    market = [*ads.values(), candidate(20, "5", merchant=1)]
    purses = {
        6: Purse(day=AT.date(), left=Decimal(0)), 7: Purse(total_left=Decimal(0)),
        8: Purse(account_budget=Decimal(0)), 9: Purse(Decimal(0)), 10: Purse(participation=0.0),
    }  # fmt: skip
    found = outcomes(
        market,
        purses=purses,
        states={17: 1, 18: 2, 19: 3},
        crowd=Crowd(merchants=frozenset({13})),
        views=(11, -11) * 10,
    )
    assert {ad: found[row.ad] for ad, row in ads.items() if ad != "merchant_limit"} == {
        ad: Outcome(ad) for ad in ads if ad != "merchant_limit"
    }
    assert (found[3], found[20]) == ("won", "merchant_limit")


def test_who_gives_way_to_a_new_ad_is_told(settings):
    settings.AUCTION_EXPLORATION = 1
    ads = [candidate(1, "9"), candidate(2, "8"), candidate(3)]
    assert outcomes(ads, oracle=Oracle(new=frozenset({3}))) == {1: "won", 2: "explored_away", 3: "won"}


def test_a_trace_knows_what_both_ways_of_clearing_charge(settings):
    settings.AUCTION_RESERVE, settings.AUCTION_ATTENTION = Decimal("0.0000001"), 0.5
    ads = [replace(candidate(n, bid), title="dress") for n, bid in ((1, "10"), (2, "4"), (3, "2"))]
    rows = trace(index(ads), [TWO], draw=0, views=())
    assert [(row.price, row.vcg_price) for row in rows] == [(40_000, 30_000), (20_000, 20_000), (None, None)]


def test_views_are_counted_by_person_and_day_of_the_platform(settings):
    seen = Frequency()
    seen.add(SAM, AT, [(1, 10), (2, 10)])
    seen.add(SAM, AT, [(1, 10)])
    assert seen.of(SAM, AT + timedelta(hours=11)) == (1, -10, 2, -10, 1, -10)
    assert seen.of(SAM, AT + timedelta(hours=12)) == seen.of(uuid.uuid4(), AT) == ()


@pytest.mark.django_db
def test_impressions_of_other_processes_are_counted_once(shop):
    ad, seen, own = adverts.ad(shop), Frequency(), tokens.new_id()
    adverts.event(ad, shopper=SAM, at=AT, kind="impression")
    adverts.event(ad, shopper=SAM, at=AT, kind="impression", token=own)
    adverts.event(ad, shopper=factories.shopper(), at=AT, kind="impression")
    for seconds in (1, 2, 60):
        seen.catch_up(at=AT + timedelta(seconds=seconds))
    assert seen.of(SAM, AT) == (ad.pk, -ad.campaign_id)


@pytest.mark.django_db
def test_a_cap_holds_over_processes_once_they_have_read_of_each_other(shop, settings):
    settings.AUCTION_FREQUENCY_CAP, ad, mine = 2, adverts.ad(shop), Frequency()
    market = index([candidate(ad.pk, campaign=ad.campaign_id)])

    def shows() -> int:
        """Ask this process until it shows the ad no more."""
        for asked in range(9):
            decided = decide(market, [Request("feed", 1)], shopper=SAM, at=AT, draw=0, views=mine.of(SAM, AT))
            if not decided.auctions[0].winners:
                return asked
            mine.add(SAM, AT, [(ad.pk, ad.campaign_id)])
        raise AssertionError("no cap")

    mine.catch_up(at=AT)
    for _ in range(2):
        adverts.event(ad, shopper=SAM, at=AT, kind="impression")
    assert shows() == 2
    mine.catch_up(at=AT + timedelta(seconds=0.5))
    assert (shows(), mine.of(SAM, AT).count(ad.pk)) == (0, 4)
    another = Frequency()
    another.catch_up(at=AT + timedelta(minutes=59))
    assert another.of(SAM, AT).count(ad.pk) == 2
