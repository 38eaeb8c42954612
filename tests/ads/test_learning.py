"""Predictions learn what is planted, as a slow and plain learner does, and are not fooled by purchases yet to come."""

from dataclasses import replace
from math import exp, sqrt

import numpy as np
import pytest

from ads.prediction import packing
from ads.prediction.calibration import calibrate, rising
from ads.prediction.checking import Judged, area, refusal
from ads.prediction.delays import fit, pending
from ads.prediction.facts import PLACEMENTS
from ads.prediction.ftrl import ALPHA, BETA, L1, L2, Ftrl
from ads.prediction.learner import Learner
from ads.prediction.smoothing import FIRST_CLICK, nested, odds
from ads.prediction.sold import Sold
from tests.factories import AT

from . import planted
from .planted import DAY

WEEK = 7 * DAY


def slow(batches, start: float) -> dict[int, float]:
    """FTRL-Proximal in dictionaries, one slot after the other; return the weights."""
    z, n = {}, {}

    def weight(slot: int) -> float:
        if abs(z.get(slot, 0.0)) <= L1:
            return 0.0
        sign = 1 if z[slot] > 0 else -1
        return -(z[slot] - sign * L1) / (L2 + (BETA + sqrt(n[slot])) / ALPHA)

    for batch in batches:
        gradient, held = {}, {}
        for row, hit in batch:
            p = 1 / (1 + exp(-start - sum(weight(slot) for slot in row)))
            for slot in row:
                gradient[slot] = gradient.get(slot, 0.0) + p - hit
                held[slot] = weight(slot)
        for slot, g in gradient.items():
            before = n.get(slot, 0.0)
            sigma = (sqrt(before + g * g) - sqrt(before)) / ALPHA
            z[slot] = z.get(slot, 0.0) + g - sigma * held[slot]
            n[slot] = before + g * g
    return {slot: weight(slot) for slot in z}


@pytest.mark.parametrize("size", [1, 16])
def test_learning_equals_the_slow_reference(size):
    rng = np.random.default_rng(3)
    rows, hits = rng.integers(0, 60, (400, 5)), (rng.random(400) < 0.3).astype(float)
    model = Ftrl(start=-1.0)
    for at in range(0, 400, size):
        used, places = np.unique(rows[at : at + size], return_inverse=True)
        places, weights = places.reshape(-1, 5), model.weights(used)
        p = odds(model.start + weights[places].sum(axis=1))
        model.learn(places, p - hits[at : at + size], weights, used)
    pairs = list(zip(rows.tolist(), hits.tolist(), strict=True))
    expected = slow([pairs[at : at + size] for at in range(0, 400, size)], -1.0)
    assert any(expected.values())
    assert model.weights(np.array(list(expected))) == pytest.approx(list(expected.values()), abs=1e-10)


@pytest.fixture(scope="module")
def learnt():
    examples, truth = planted.clicks(30_000)
    learner = Learner("click", FIRST_CLICK)
    learner.learn(examples)
    return learner, examples, truth


def test_learning_finds_what_was_planted(learnt):
    learner, examples, truth = learnt
    metrics = learner.check.metrics()
    assert refusal(metrics) is None
    assert metrics["auc"] > metrics["baseline_auc"] + 0.05
    assert metrics["log_loss"] < metrics["baseline_log_loss"] - 0.005
    assert 0.95 <= metrics["ratio"] <= 1.05
    told = odds(learner.model.logits(examples.slots()[-4000:]))
    assert np.corrcoef(np.log(told), np.log(truth[-4000:]))[0, 1] > 0.85


def test_learning_in_parts_is_learning_at_once(learnt):
    at_once, examples, _ = learnt
    learner = Learner("click", FIRST_CLICK)
    slices = examples.received // 600
    middle = int(np.searchsorted(slices, slices[13_000]))
    learner.learn(examples.part(slice(0, middle)))
    raw = packing.to_bytes(packing.pack_state(learner))
    resumed = packing.learner("click", packing.from_bytes(raw))
    resumed.learn(examples.part(slice(middle, None)))
    assert np.array_equal(resumed.model.z, at_once.model.z)
    assert np.array_equal(resumed.model.n, at_once.model.n)
    assert resumed.check.metrics() == at_once.check.metrics()
    assert resumed.examples == at_once.examples


def test_what_processes_predict_is_what_was_learnt(learnt):
    learner, examples, _ = learnt
    found = packing.trained(packing.from_bytes(packing.to_bytes(packing.pack(learner, Sold()))), 7, AT)
    row = examples.part(slice(0, 1))
    ads = found.by_placement([planted.fact(ad) for ad in range(64)])
    place, ad = int(row.placement[0]), int(row.shown.ad[0])
    context = found.context(PLACEMENTS[place], int(row.hour[0]), "none")
    position = learner.model.weights(row.slots())[0, -1] - found.position[place]
    assert ads[place, ad] + context + position == pytest.approx(learner.model.logits(row.slots())[0], abs=1e-4)


def test_purchases_yet_to_come_are_not_taken_for_misses():
    seen, truth = planted.purchases(16_000)
    hit = seen.hit > 0
    rate = fit(seen.delay[hit], seen.waited[hit], WEEK)
    assert 1 / rate == pytest.approx(2 * DAY, rel=0.1)
    assert 1 / seen.delay[hit].mean() > 1.4 * rate, "the plain mean of delays is not fooled"
    corrected, naive = Learner("purchase", 0.1), Learner("purchase", 0.1)
    corrected.learn(replace(seen, pending=pending(seen.waited, rate, WEEK)))
    naive.learn(seen)
    last = seen.slots()[-5_000:]
    told = {name: odds(model.model.logits(last)).mean() for name, model in (("yes", corrected), ("no", naive))}
    assert told["yes"] == pytest.approx(truth[-5_000:].mean(), rel=0.07)
    assert told["no"] < 0.7 * truth[-5_000:].mean()
    assert refusal(corrected.check.metrics()) is None


def test_nothing_is_pending_once_the_window_is_over():
    assert pending(np.array([0.0, WEEK, 2 * WEEK]), 1 / DAY, WEEK) == pytest.approx([1, 0, 0])


def test_calibration_follows_what_came_true_and_never_turns_an_order_round():
    rates, lengths = rising(np.array([0.1, 0.3, 0.2, 0.5]), np.array([1.0, 1, 3, 1]))
    assert rates == pytest.approx([0.1, 0.225, 0.5])
    assert lengths.tolist() == [1, 2, 1]
    seen, mean = np.full(5, 1e6), np.array([0.01, 0.02, 0.03, 0.05, 0.09])
    curve = calibrate(seen, seen * mean, seen * mean * [2, 2, 1, 2, 2])
    moved = curve(np.geomspace(0.001, 0.5, 200))
    assert curve(0.01) == pytest.approx(0.02, rel=0.01)
    assert (np.diff(moved) > 0).all()


def test_the_gate_grants_chance_and_nothing_more():
    ratios = {
        (95, 100): (True, False),
        (94, 100): (False, False),
        (60, 100): (False, True),
        (1200, 1000): (False, True),
    }
    for (predicted, hits), expected in ratios.items():
        judged = Judged(1, 0, predicted, hits)
        assert (judged.is_within, judged.is_off) == expected
    good = {
        "hits": 1000, "ratio": 1.0, "campaigns": 20, "campaigns_off": 1, "log_loss": 0.1, "baseline_log_loss": 0.2
    }  # fmt: skip
    spoilt = {"hits": 99, "ratio": 1.2, "campaigns_off": 2, "log_loss": 0.3}
    assert refusal(good) is None
    reasons = [refusal(good | {name: value}) for name, value in spoilt.items()]
    assert reasons == ["too_few_hits", "off_on_average", "off_in_campaigns", "worse_than_counts"]


def test_the_area_under_the_curve_of_bins():
    sums = np.zeros((4, 96, 4))
    sums[0, 10], sums[1, 50] = (8, 0, 0, 2), (4, 0, 0, 3)
    assert area(sums) == pytest.approx((3 * 6 + 3 * 0.5 + 2 * 6 * 0.5) / (5 * 7))


def test_rates_are_drawn_to_the_mean_of_their_kind():
    rates = nested(np.array([100, 0, 0]), np.array([1000, 0, 0]), [np.array([1, 1, 2]), np.array([1, 2, 3])], 0.02)
    overall = 104 / 1200
    category = (100 + 200 * overall) / 1200
    assert rates == pytest.approx([(100 + 200 * category) / 1200, category, overall])
