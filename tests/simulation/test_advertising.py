"""How the demo advertises: bids of every mode within the rules, searches made of words that titles have."""

from datetime import date
from random import Random

import pytest

from ads.api.shopping import PageSerializer
from simulation import marketplace, searches, shoppers, truth
from simulation.filling import bidding, keywords


@pytest.fixture(scope="module")
def plans():
    return [plan for merchant in marketplace.build().merchants for plan in merchant.campaigns]


def test_campaigns_of_the_demo_bid_in_every_mode_for_clicks_and_orders(plans):
    modes = {(plan.bid_mode, plan.roi_on) for plan in plans}
    assert modes == {
        ("cpc", "paid"), ("max_conversions", "paid"), ("target_cost", "paid"), ("target_roi", "paid"),
        ("target_roi", "settled"),
    }  # fmt: skip


def test_a_planned_campaign_has_the_bid_or_the_target_of_its_mode_and_a_day_pays_for_it(plans):
    for plan in plans:
        values = bidding(plan)
        assert (values["bid"] is None) == (plan.bid_mode in ("target_cost", "target_roi"))
        assert ("target_cost" in values, "target_roi" in values) == (
            plan.bid_mode == "target_cost",
            plan.bid_mode == "target_roi",
        )
        assert (values["bid"] or values.get("target_cost") or 0) <= values["daily_budget"]


def test_keywords_come_in_every_match_and_each_once(plans):
    words = [keywords(plan) for plan in plans]
    assert {match for rows in words for _, match, _ in rows} == {"broad", "phrase", "exact"}
    assert all(len({text for text, *_ in rows}) == len(rows) for rows in words)


def test_searches_for_a_thing_are_made_of_the_words_of_its_title():
    found = searches.of("亚麻收腰连衣裙", "dresses")
    assert found[:3] == ("连衣裙", "亚麻连衣裙", "收腰连衣裙")
    assert found[4] == "dress"
    assert searches.draw(found, Random(1)) in found


def test_a_thing_of_unknown_words_is_searched_for_by_its_title():
    assert set(searches.of("Lamp 7", "lighting")) == {"Lamp 7"}


def test_dear_things_draw_fewer_clicks_and_what_is_looked_for_more():
    person = truth.population(seed=1, size=1, categories=["home"])[0]

    def chance(**how):
        return truth.click_chance(person, taste="home", appeal=1.0, **{"dearness": 1.0, **how})

    assert chance(dearness=2.0) < chance() < chance(is_looked_for=True)
    assert chance() < chance(is_note=True)


@pytest.mark.parametrize("page", shoppers.PAGES)
def test_all_the_ads_of_a_page_can_be_asked_for_at_once(page):
    auctions = [{"placement": placement, "slots": slots} for placement, slots in shoppers.ROOM[page]]
    assert PageSerializer(data={"auctions": auctions}).is_valid()


def test_visits_grow_to_what_the_last_day_has():
    opening, last = (truth.visits(date(2026, 7, 1), progress=progress, base=700) for progress in (0, 1))
    assert last == pytest.approx(700 * truth.WEEKDAYS[2]) == pytest.approx(truth.GROWTH * opening)
