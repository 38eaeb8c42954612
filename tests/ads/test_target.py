"""Target cost and ROI: budgets hold, dear orders are paid less for, few orders decide little, every step says why."""

from dataclasses import replace
from math import exp, inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ads.bidding.landscape import Landscape
from ads.bidding.target import (
    EVEN_SLOWNESS,
    LONGEST,
    OVER_TARGET,
    RISE,
    SLOWNESS,
    TICKS,
    Goal,
    Reason,
    Seen,
    Strategy,
    adjust,
    may_enter,
)

COST = Goal(strategy=Strategy.TARGET_COST, budget=1000, target=50)
ROI = Goal(strategy=Strategy.TARGET_ROI, budget=1000, target=4, order_value=200)
MOST = Goal(strategy=Strategy.CONVERSIONS, budget=1000, start=40)
NOON = Seen(now=0.5, spent=400)
AUCTIONS = 40 * TICKS

amounts = st.floats(0, 5000)
evidence = st.builds(
    Seen, now=st.floats(0, 1), spent=amounts, cost=amounts,
    value=st.floats(0, 100), due=st.floats(0, 100), happened=st.integers(0, 100),
)  # fmt: skip


def market(seed: int, *, value: float = 1.0):
    """Auctions of a day in order: slot, price and predicted value; a budget of 1000 buys nearly half of them."""
    draw = np.random.default_rng(seed)
    values = draw.uniform(0.01, 0.03, AUCTIONS)
    return np.arange(AUCTIONS) // 40, values * draw.gamma(4, 12, AUCTIONS), values * value


def history(**scale) -> Landscape:
    slots, prices, values = market(0, **scale)
    return Landscape.of(prices=prices, values=values, slots=slots, slots_a_day=TICKS)


def spent(goal: Goal, landscape: Landscape | None, *, value: float = 1.0) -> float:
    """Return what a day costs, adjusted every half hour."""
    total, worth, last = 0.0, 0.0, None
    slots, prices, values = market(1, value=value)
    for slot in range(TICKS):
        seen = Seen(now=slot / TICKS, spent=total, cost=total, value=worth)
        last = adjust(goal, seen, landscape=landscape, last=last)
        for price, predicted in zip(prices[slots == slot], values[slots == slot], strict=True):
            bid = last.after * predicted
            if bid > price and may_enter(left=goal.budget - total, bid=bid):
                total, worth = total + price, worth + predicted
    return total


@pytest.mark.parametrize("goal", [COST, ROI, MOST])
@pytest.mark.parametrize("budget", [20, 400])
def test_a_day_spends_its_budget_and_no_more(goal, budget):
    goal = replace(goal, budget=budget)
    landscape = history(value=goal.order_value)
    assert [0.8 < spent(goal, known, value=goal.order_value) / budget <= 1 for known in (landscape, None)] == [True] * 2


def test_a_higher_target_spends_no_less():
    landscape = history()
    spends = [spent(replace(COST, target=target), landscape) for target in (10, 20, 30, 40, 90)]
    assert spends == sorted(spends)
    assert spends[0] < spends[-1] / 10


@settings(max_examples=30, deadline=None)
@given(evidence, st.floats(1, 500), st.floats(1, 500))
def test_a_higher_target_never_lowers_a_multiplier(seen, one, other):
    low, high = (adjust(replace(COST, target=target), seen, landscape=PAST) for target in sorted((one, other)))
    assert low.after <= high.after * (1 + 1e-9)


@settings(max_examples=30, deadline=None)
@given(evidence)
def test_a_dear_campaign_never_bids_more_than_its_target_allows(seen):
    step = adjust(COST, seen, landscape=PAST)
    assert 0 <= step.after <= OVER_TARGET * COST.target * min(1, COST.target / step.predicted) * (1 + 1e-9)


def test_dear_orders_lower_the_multiplier_by_as_much():
    seen = replace(NOON, cost=1500, value=10)
    step = adjust(replace(COST, budget=10**6), seen, landscape=PAST)
    assert (step.predicted, step.reason) == (100, Reason.DEAR)
    assert step.after == pytest.approx(OVER_TARGET * 50 / 2)


def test_few_orders_decide_little_and_many_decide():
    def after(due: float, happened: int) -> float:
        seen = Seen(now=0.5, spent=0, cost=due * COST.target, value=due, due=due, happened=happened)
        return adjust(COST, seen).after

    assert after(2, 0) > 0.98 * after(2, 2)
    assert after(2, 6) == after(2, 2)
    assert after(300, 150) < 0.6 * after(300, 300)


def test_target_roi_is_target_cost_in_money():
    """Four times the cost back on orders of 200 is 50 an order."""
    seen = Seen(now=0.3, spent=200, cost=900, value=12, due=10, happened=7)
    in_money = replace(seen, value=12 * 200, due=10 * 200, happened=7 * 200)
    by_cost = adjust(COST, seen, landscape=history())
    by_roi = adjust(ROI, in_money, landscape=history(value=200))
    assert by_roi.after * 200 == pytest.approx(by_cost.after)
    assert by_roi.reason is by_cost.reason


def test_spend_against_the_plan_moves_the_correction_slowly():
    goal = replace(COST, target=500)
    first = adjust(goal, Seen(now=0.25, spent=100), landscape=PAST)
    meant = adjust(goal, Seen(now=0.25 + 1 / TICKS, spent=100), landscape=PAST, last=first).planned
    steps = [
        adjust(goal, Seen(now=0.25 + 1 / TICKS, spent=100 + times * meant), landscape=PAST, last=first)
        for times in (2, 9, 1, 0)
    ]
    assert meant > 0
    usual = max(meant, goal.budget / TICKS)
    ahead = [meant / usual, min(8 * meant / usual, LONGEST), 0, -meant / usual]
    assert [step.correction for step in steps] == pytest.approx([exp(-SLOWNESS * each) for each in ahead])
    far = [replace(steps[0], now=NOON.now, correction=correction) for correction in (0.8, 1, 1.2)]
    reasons = [adjust(goal, NOON, landscape=PAST, last=last).reason for last in far]
    assert reasons == [Reason.FAST, Reason.BUDGET, Reason.SLOW]
    assert [(step.observed, step.before) for step in steps[:1]] == [(pytest.approx(2 * meant), first.after)]


def test_clicks_that_come_one_by_one_do_not_drive_the_correction():
    """Two hundred clicks a day as planned, looked at every minute: most looks see none, some see one."""
    draw, spent, last = np.random.default_rng(2), 0.0, None
    goal = replace(COST, target=500)
    for minute in range(1440):
        last = adjust(goal, Seen(now=minute / 1440, spent=spent), landscape=PAST, last=last)
        planned = np.interp(last.after / last.correction, PAST.multipliers, PAST.spend[0, minute // 30]) / 30
        spent += 5.0 * draw.poisson(planned / 5.0)
    assert 0.7 < last.correction < 1.4


def test_a_budget_that_no_past_day_could_spend_does_not_limit_a_target():
    step = adjust(replace(COST, budget=10**6), replace(NOON, spent=0), landscape=PAST)
    assert (step.after, step.reason) == (OVER_TARGET * 50, Reason.TARGET)


def test_the_plan_is_what_history_spent_at_the_uncorrected_multiplier():
    """A market dearer by a quarter, once bid for by a quarter more, goes to plan."""
    first = adjust(COST, Seen(now=0.25, spent=100), landscape=PAST)
    corrected = replace(first, after=first.after * 1.25, correction=1.25)
    later = Seen(now=0.25 + 1 / TICKS, spent=100)
    slot = [np.interp(first.after, PAST.multipliers, PAST.spend[0, TICKS // 4])]
    assert [adjust(COST, later, landscape=PAST, last=last).planned for last in (first, corrected)] == pytest.approx(
        slot * 2
    )


def test_without_history_spending_is_evened_out():
    first = adjust(replace(MOST, budget=960), Seen(now=0, spent=0))
    steps = [adjust(replace(MOST, budget=960), Seen(now=1 / TICKS, spent=n), last=first) for n in (40, 20, 0)]
    assert [(step.planned, step.reason) for step in steps] == [(pytest.approx(20), Reason.EVEN)] * 3
    assert [step.after / 40 for step in steps] == pytest.approx([exp(-EVEN_SLOWNESS), 1, exp(EVEN_SLOWNESS)])


def test_every_limit_names_itself():
    thirsty = replace(MOST, budget=10**6)
    begun = adjust(replace(thirsty, budget=500), NOON, landscape=PAST)
    later = replace(NOON, now=0.5 + 1 / TICKS)
    steps = [
        adjust(COST, replace(NOON, spent=1000), landscape=PAST),
        adjust(replace(thirsty, highest=3), NOON, landscape=PAST),
        adjust(thirsty, later, landscape=PAST, last=begun),
        adjust(MOST, NOON),
        adjust(COST, NOON),
    ]
    assert [(step.after, step.reason) for step in steps] == [
        (0, Reason.SPENT),
        (3, Reason.LIMIT),
        (pytest.approx(begun.after * RISE), Reason.GENTLE),
        (40, Reason.EVEN),
        (OVER_TARGET * 50, Reason.EVEN),
    ]


def test_a_goal_without_its_target_is_refused():
    with pytest.raises(ValueError, match="target_roi needs a target above 0"):
        Goal(strategy=Strategy.TARGET_ROI, budget=1000)
    with pytest.raises(ValueError, match="needs a start"):
        adjust(replace(MOST, start=None), NOON)
    assert MOST.worth == inf


def test_open_auctions_are_reserved_for_at_their_highest_price():
    assert [may_enter(left=10, bid=4, open_auctions=n, highest_price=3) for n in (2, 3)] == [True, False]


PAST = history()
