"""Pacing: a budget is spent, never overspent, and buys the best of what comes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ads.bidding import FromHistory, FromScratch, Landscape, Overspent, Pacer, Traffic
from bench import auctions, bidding

HISTORY = Landscape.of(prices=[10, 20, 30, 40], values=[1, 1, 1, 1])
MARKETS = st.lists(st.tuples(st.integers(0, 300), st.floats(0, 1)), min_size=1, max_size=60)


def steerings():
    return FromHistory(HISTORY), FromScratch(start=30.0)


def market(size: int, *, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    return chance.integers(1, 100, size), chance.exponential(0.01, size)


def spend(pacer: Pacer, prices, values) -> float:
    """Hold auctions for a pacer; return the value it won."""
    won = 0.0
    for price, value in zip(prices, values, strict=True):
        is_won = pacer.bid(value) >= price
        pacer.observe(paid=int(price) if is_won else 0)
        won += value if is_won else 0.0
    return won


@settings(max_examples=30, deadline=None)
@given(market=MARKETS, budget=st.integers(0, 2_000), expected=st.integers(1, 100))
def test_no_bid_exceeds_what_is_left_whatever_comes(market, budget, expected):
    for steering in steerings():
        pacer = Pacer(budget=budget, traffic=Traffic([expected]), steering=steering, highest_bid=250)
        for price, value in market:
            bid = pacer.bid(value)
            assert 0 <= bid <= min(pacer.left, 250)
            pacer.observe(paid=price if bid >= price else 0)
        assert 0 <= pacer.left <= budget


def test_paying_more_than_is_left_is_refused():
    pacer = Pacer(budget=10, traffic=Traffic([5]), steering=FromHistory(HISTORY))
    with pytest.raises(Overspent):
        pacer.observe(paid=11)
    assert pacer.left == 10


@settings(max_examples=30, deadline=None)
@given(budgets=st.tuples(st.integers(0, 500), st.integers(0, 500)).map(sorted), passed=st.integers(0, 120))
def test_more_budget_and_fewer_auctions_never_lower_the_multiplier(budgets, passed):
    traffic = Traffic([40, 0, 60])
    history = Landscape.of(prices=[10, 20, 30, 40], values=[1] * 4, slots=[0, 0, 2, 2], slots_a_day=3)
    steering, rest, later = FromHistory(history), traffic.after(passed), traffic.after(passed + 1)
    less, more = (steering.multiplier(budget=budget, rest=rest) for budget in budgets)
    assert less <= more <= steering.multiplier(budget=budgets[1], rest=later) * (1 + 1e-9)


def test_the_rest_of_the_day_by_count_and_by_the_clock():
    traffic = Traffic([40, 0, 60])
    assert traffic.after(10) == traffic.at(0, 0.75)
    assert traffic.after(70) == traffic.at(2, 0.5)
    assert traffic.after(500) == traffic.at(2, 1 / 60)


@pytest.mark.parametrize("budget", [500, 5_000, 20_000])
def test_a_steady_market_takes_the_whole_budget(budget):
    prices, values = market(1_000)
    past = Landscape.of(prices=prices, values=values)
    for steering in (FromHistory(past), FromScratch(start=past.multiplier(budget) * 2)):
        pacer = Pacer(budget=budget, traffic=Traffic([1_000]), steering=steering)
        spend(pacer, *market(1_000, seed=2))
        assert pacer.left <= 0.05 * budget


def test_what_is_won_is_close_to_the_best_in_hindsight():
    prices, values = market(1_000, seed=2)
    best = np.argsort(prices / values)
    possible = values[best][prices[best].cumsum() <= 2_000].sum()
    past = Landscape.of(prices=market(1_000)[0], values=market(1_000)[1])
    pacer = Pacer(budget=2_000, traffic=Traffic([1_000]), steering=FromHistory(past))
    assert spend(pacer, prices, values) >= 0.95 * possible


def test_the_last_auctions_take_what_is_left_when_all_can_be_bought():
    pacer = Pacer(budget=100, traffic=Traffic([2]), steering=FromHistory(HISTORY))
    assert spend(pacer, [40, 40], [1.0, 1.0]) == 2


def test_traffic_of_half_the_size_gets_the_budget_of_the_whole():
    whole, half = Traffic([4]).at(0), Traffic([2]).at(0)
    steering = FromHistory(HISTORY)
    assert steering.multiplier(budget=15, rest=half) == steering.multiplier(budget=30, rest=whole)


def test_a_log_of_real_auctions_gives_the_known_figures(real_data):
    campaign = auctions.read(real_data("ipinyou_rtb"), "3476")
    bidding.check(campaign)
    assert (campaign.budget, len(campaign.episodes)) == (2_475, 100)
