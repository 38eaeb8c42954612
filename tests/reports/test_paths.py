"""Removal effects and Shapley values against results reckoned by hand."""

import csv
import gzip
from collections import Counter

import pytest

from reports.paths.removal import Journey, removal_effects, shared, states_of
from reports.paths.shapley import TooManyChannels, shapley

JOURNEYS = [Journey(("ga",), 2, nulls=1), Journey(("mail",), 1), Journey(("ga", "mail"), 1)]


def test_removal_effects_are_those_by_hand():
    effects = removal_effects(JOURNEYS)
    assert effects == pytest.approx({"ga": 3 / 4, "mail": 1 / 2})
    assert shared(4, effects) == pytest.approx({"ga": 2.4, "mail": 1.6})


def test_a_state_of_a_higher_order_is_the_last_channels():
    assert states_of(("a", "b", "c"), 2) == [("a", "b"), ("b", "c")]
    assert states_of(("a",), 2) == [("a",)]
    assert removal_effects(JOURNEYS, order=2) == pytest.approx({"ga": 3 / 4, "mail": 1 / 2})


def test_nothing_has_an_effect_where_nobody_bought():
    assert removal_effects([Journey(("ga",), nulls=3)]) == {}


def test_shapley_values_are_those_by_hand():
    worth = {"O": 7, "F": 6, "D": 4, "OF": 15, "OD": 7, "FD": 9, "OFD": 19}
    values = shapley({frozenset(each): value for each, value in worth.items()})
    assert values == pytest.approx({"O": 23 / 3, "F": 49 / 6, "D": 19 / 6})


def test_shapley_values_of_too_many_channels_are_refused():
    with pytest.raises(TooManyChannels):
        shapley({frozenset(map(str, range(13))): 1})


@pytest.fixture
def published(real_data):
    """Real paths with Greek channels."""
    with gzip.open(real_data("pathdata") / "paths.csv.gz", "rt") as file:
        rows = list(csv.reader(file, delimiter=";"))[1:]
    return [
        Journey(tuple(path.split(" > ")), int(bought), float(value), int(nulls)) for path, bought, value, nulls in rows
    ]


def test_published_paths_have_their_known_totals(published):
    first, last, linear = Counter(), Counter(), Counter()
    for journey in published:
        first[journey.channels[0]] += journey.conversions
        last[journey.channels[-1]] += journey.conversions
        for channel in journey.channels:
            linear[channel] += journey.conversions / len(journey.channels)
    assert sum(first.values()) == sum(last.values()) == 8193
    assert (last["eta"], last["iota"]) == (2194, 1363)
    assert (first["alpha"], first["eta"], first["iota"]) == (1876, 1712, 1692)
    assert linear["eta"] == pytest.approx(1890.4966, abs=1e-4)
    assert sum(shared(8193, removal_effects(published)).values()) == pytest.approx(8193)
