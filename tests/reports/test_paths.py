"""Path models against results reckoned by hand, known totals of real paths, and a published package."""

import csv
import gzip
from decimal import Decimal
from math import sqrt

import pytest

from reports.paths.removal import Chain, Effects, Journey, TooManyStates, states_of
from reports.paths.shapley import TooManyChannels, kept, shapley
from reports.paths.tallying import PathModel, Tally

JOURNEYS = [Journey(("ga",), 2, nulls=1), Journey(("mail",), 1), Journey(("ga", "mail"), 1)]


def removal_effects(journeys, *, order=1) -> Effects:
    chain = Chain(order)
    for journey in journeys:
        chain.add(journey)
    return chain.effects()


def counted(journeys, *, order=1) -> Tally:
    tally = Tally(order)
    for journey in journeys:
        tally.add(journey)
    return tally


def credits_of(journeys, model, *, currency="CNY"):
    """Return by channel the orders and the value that a model credits."""
    tally = counted(journeys)
    found = tally.credits(tally.effects(), currency)[model]
    return {channel: (credit.conversions, credit.value) for channel, credit in found.items()}


def test_removal_effects_are_those_by_hand():
    assert removal_effects(JOURNEYS).conversions == pytest.approx({"ga": 3 / 4, "mail": 1 / 2})
    assert removal_effects(JOURNEYS, order=2).conversions == pytest.approx({"ga": 3 / 4, "mail": 1 / 2})
    assert credits_of(JOURNEYS, PathModel.MARKOV) == {"ga": (Decimal("2.4"), 0), "mail": (Decimal("1.6"), 0)}


def test_what_converting_brings_is_the_mean_value_of_the_last_state():
    worth = [Journey(("a",), 1, 100), Journey(("b",), 1, 300), Journey(("a", "b"), 0, nulls=2)]
    effects = removal_effects(worth)
    # From a: 1/3 order of 100, else on to b, where 1/3 of all convert for 300. Begun at a thrice, at b once.
    whole = 3 / 4 * (100 / 3 + 2 / 3 * 100) + 1 / 4 * 100
    assert effects.value == pytest.approx({"a": 1 - 1 / 4 * 100 / whole, "b": 1 - 3 / 4 * 100 / 3 / whole})


def test_a_state_of_a_higher_order_is_the_last_channels():
    assert states_of(("a", "b", "c"), 2) == [("a", "b"), ("b", "c")]
    assert states_of(("a",), 2) == [("a",)]


def test_channels_that_follow_themselves_and_paths_of_nothing_are_solved():
    loops = [Journey(("a", "a", "a"), 1, nulls=1), Journey((), 5), Journey(("b", "b"), nulls=2)]
    assert removal_effects(loops).conversions == pytest.approx({"a": 1, "b": 0})


def test_nothing_has_an_effect_where_nobody_bought():
    nobody = [Journey(("ga",), nulls=3)]
    assert (removal_effects(nobody).conversions, removal_effects([]).value) == ({}, {})
    assert credits_of(nobody, PathModel.SHAPLEY) == {"ga": (0, 0)}


def test_shapley_values_are_those_by_hand():
    worth = {"O": 7, "F": 6, "D": 4, "OF": 15, "OD": 7, "FD": 9, "OFD": 19}
    values = shapley({frozenset(each): value for each, value in worth.items()})
    assert values == pytest.approx({"O": 23 / 3, "F": 49 / 6, "D": 19 / 6})


def test_a_set_is_worth_what_would_be_left_without_the_other_channels():
    met = {frozenset("a"): (1, 4), frozenset("ab"): (2, 4), frozenset("b"): (0, 2), frozenset("bcd"): (3, 5)}
    worth = kept(met)
    # a: a quarter of the eight that met it. ab: one of the four besides. bc: nobody met just these, and none bought of
    # the two that met only b. bcd: those who met all three, for of those that met b none did.
    told = {each: worth[frozenset(each)] for each in ("", "a", "b", "ab", "bc", "bcd", "abcd")}
    assert told == pytest.approx({"": 0, "a": 2, "b": 0, "ab": 3, "bc": 0, "bcd": 3, "abcd": 6})
    two = kept({each: counted for each, counted in met.items() if "c" not in each})
    assert shapley(two) == pytest.approx({"a": 2.5, "b": 0.5})


def test_too_many_channels_or_states_are_refused():
    many = [Journey((f"{number:04}",), 1) for number in range(1501)]
    with pytest.raises(TooManyChannels):
        shapley({frozenset(map(str, range(13))): 1})
    with pytest.raises(TooManyStates):
        removal_effects(many)
    tally = counted(many)
    assert set(tally.credits(tally.effects(), "CNY")) == set(PathModel) - {PathModel.MARKOV, PathModel.SHAPLEY}


def test_the_most_frequent_paths_are_kept():
    tally = counted([Journey((f"{number:03}",), number % 3, nulls=1) for number in range(90)])
    listed = [(each.channels[0], each.conversions) for each in tally.frequent]
    assert (len(listed), listed[0], listed[-1]) == (50, ("002", 2), ("058", 1))


@pytest.fixture
def published(real_data):
    """Real paths with Greek channels; values are ten-thousandths."""
    with gzip.open(real_data("pathdata") / "paths.csv.gz", "rt") as file:
        rows = list(csv.reader(file, delimiter=";"))[1:]
    return [
        Journey(tuple(path.split(" > ")), int(bought), round(Decimal(value) * 10000), int(nulls))
        for path, bought, value, nulls in rows
    ]


def test_published_paths_have_their_known_totals(published):
    tally = counted(published)
    found = tally.credits(tally.effects(), "EUR")
    orders = {model: {channel: credit.conversions for channel, credit in of.items()} for model, of in found.items()}
    assert (tally.conversions, tally.nulls, round(tally.value / 10000, 3)) == (8193, 28985, 31984.845)
    assert (orders[PathModel.LAST]["eta"], orders[PathModel.LAST]["iota"]) == (2194, 1363)
    first = orders[PathModel.FIRST]
    assert (first["alpha"], first["eta"], first["iota"]) == (1876, 1712, 1692)
    assert orders[PathModel.LINEAR]["eta"] == Decimal("1890.4966")
    sums = {(sum(each.conversions for each in of.values()), sum(each.value for each in of.values()))
            for of in found.values()}  # fmt: skip
    assert (len(found), sums) == (len(PathModel), {(8193, Decimal(tally.value) / 10000)})


@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_published_package_says_the_same_within_its_simulation_error(published, order):
    package = pytest.importorskip("ChannelAttribution", reason="needs the packages of requirements-oracle.txt")
    pandas = pytest.importorskip("pandas")
    rows = [(">".join(each.channels), each.conversions, each.value / 10000, each.nulls) for each in published]
    simulated = 1_000_000
    told = package.markov_model(
        pandas.DataFrame(rows, columns=["path", "orders", "value", "nulls"]), "path", "orders", "value", "nulls",
        order=order, nsim_start=simulated, out_more=True, verbose=False, flg_pro=False, seed=1,
    )["removal_effects"].set_index("channel_name")  # fmt: skip
    effects = removal_effects(published, order=order)
    error = 4 * sqrt(0.5 / (simulated * 8193 / (8193 + 28985)))  # four times that of two simulated counts
    assert told["removal_effects_conversion"].to_dict() == pytest.approx(effects.conversions, abs=error)
    assert told["removal_effects_conversion_value"].to_dict() == pytest.approx(effects.value, abs=2 * error)
