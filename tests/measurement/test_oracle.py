"""A hundred thousand random histories: what engines credit is what the slow oracle does, to the unit."""

import gc
import random
from collections.abc import Iterator
from datetime import timedelta
from zlib import crc32

import pytest

from ads.attribution import PRESETS, Rule
from ads.attribution.rules import Counted, Kind, Model, Scope, State
from tests.reports.test_engines import HAS_SPARK

from .comparing import DuckDB, in_postgres, in_python, in_spark, shrunken
from .histories import DAY, MOST, SPREAD, START, Event, Line, Paid, Rows, histories, together
from .oracle import Entry, World, entries

HISTORIES = 100_000
SAM, CLICKS = "5a" * 16, 4000


def drawn() -> list[Rule]:
    """Return rules that no platform has: every model with every state, and kinds, scopes and windows as they come."""
    draw = random.Random(5)
    found = []
    for model in Model:
        for state in State:
            kinds = [] if model is Model.EVERYTHING else draw.sample(list(Kind), 3)
            counts = tuple(_counted(kind, draw) for kind in kinds)
            life, name = timedelta(hours=draw.choice([3, 24, 168])), f"{model}_{state}"
            found.append(Rule(name, "", counts, model, draw.random() < 0.5, life, state))
    return found


def _counted(kind: Kind, draw: random.Random) -> Counted:
    window = timedelta(hours=draw.choice([1, 36, 168, 720, 1440]))
    return Counted(kind, window, draw.choice(list(Scope)), draw.randrange(2))


RULES = [*{rule.version: rule for rule in PRESETS.values()}.values(), *drawn()]  # presets may be the same by two names
EACH = HISTORIES // len(RULES) + 1
ONE_OF_EACH = [*{rule.model: rule for rule in RULES if rule.state is State.PLACED}.values()]
IN_SPARK = [rule for rule in ONE_OF_EACH if rule.model in (Model.LAST, Model.DECAY)]
A_FEW = 50  # histories for each of these


def of_people(rule: Rule, number: int) -> list[Rows]:
    """Return what was lived through; for every other rule, what was known of it at some instant."""
    seed = crc32(rule.name.encode())
    people, instant = histories(seed, number, rule), START + (25 + seed % 20) * DAY
    return [each.known_at(instant) for each in people] if RULES.index(rule) % 2 else people


@pytest.fixture(scope="module")
def duckdb():
    return DuckDB()


@pytest.fixture(autouse=True)
def no_search_for_cycles():
    """Millions of small rows are in no cycle; looking for one took a third of the time."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_engine_and_the_pure_function_say_what_the_oracle_says(duckdb, rule):
    people = of_people(rule, EACH)
    world = in_disorder(people, rule)
    right = entries(world, rule)
    agree(right, duckdb.says(world.rows, rule), people, rule, duckdb.says)
    agree(right, in_python(world, rule), people, rule, lambda rows, rule: in_python(World(rows), rule))


def in_disorder(people: list[Rows], rule: Rule) -> World:
    return World(together(people, random.Random(rule.version)))


def agree(right: set[Entry], said: set[Entry], people: list[Rows], rule: Rule, says) -> None:
    if right != said:
        lines = {entry[0] for entry in right ^ said}
        person = next(each for each in people if lines & {line.line for line in each.lines})
        least = shrunken(person, rule, says)
        pytest.fail(f"{list(least.every())}: {entries(World(least), rule)}, but {says(least, rule)}")


@pytest.mark.django_db
@pytest.mark.parametrize("rule", ONE_OF_EACH, ids=lambda rule: rule.name)
def test_postgresql_says_the_same(rule):
    world = in_disorder(of_people(rule, A_FEW), rule)
    assert in_postgres(world.rows, rule) == entries(world, rule)


def crowded() -> Rows:
    """Return a line of the largest amount after thousands of clicks: 64 bits cannot hold their weight times one's."""
    line = Line(START, 1, "ord_1", 1, "CNY", 100, SAM, 1, 1, "", None, "", 1, MOST - 1)
    moments = [START - DAY * 6 * n // CLICKS for n in range(CLICKS)]
    clicks = [
        Event(at, at, f"{n:032x}", "click", 1, 1, 1, 1, 1, None, None, "feed", SAM, True)
        for n, at in enumerate(moments)
    ]
    return Rows(events=clicks, lines=[line], paid=[Paid(START, 1, "ord_1", 1, True, True)])


@pytest.mark.django_db
def test_thousands_of_touches_share_a_line_to_the_unit(duckdb):
    rule, rows = PRESETS["decay_7d"], crowded()
    right = entries(World(rows), rule)
    assert sum(amount for *_, amount in right) == MOST - 1
    assert duckdb.says(rows, rule) == in_postgres(rows, rule) == in_python(World(rows), rule) == right


@pytest.mark.spark
@pytest.mark.skipif(not HAS_SPARK, reason="Spark is an extra: it needs requirements-spark.txt and Java")
def test_spark_says_the_same():
    worlds = {rule: in_disorder(of_people(rule, 3 * A_FEW), rule) for rule in IN_SPARK}
    said = in_spark({rule: world.rows for rule, world in worlds.items()})
    assert said == {rule: entries(world, rule) for rule, world in worlds.items()}


def test_most_histories_credit_something_for_every_reason():
    credited, told = 0, set()
    for rule in RULES:
        world = in_disorder(of_people(rule, A_FEW), rule)
        right = entries(world, rule)
        credited += len({entry[0] // SPREAD for entry in right})
        told |= {case for entry in right for case in _cases(world, entry, rule)}
    assert credited > 0.6 * A_FEW * len(RULES)
    assert told == {*Model, *State, *Scope, *Kind, *REASONS, *CASES}


REASONS = {"sale", "refund", "cancel", "paid after all"}
CASES = {"late", "another device", "large", "one of several"}
LARGE = 10**14  # ten-thousandths; times a weight of time decay, more than 64 bits can hold


def _cases(world: World, entry: Entry, rule: Rule) -> Iterator[str]:
    """Yield what an entry is an example of."""
    number, step, _, *of, _, amount = entry
    line = world.lines[number]
    steps = world.steps(line, rule.state)
    yield from (rule.model, rule.state, steps[step].reason)
    if touch := world.events.get(tuple(of)):
        yield from (touch.kind, rule.counted(touch.kind).scope)
        yield from ["late"] * (touch.recorded > steps[0].at) + ["another device"] * (touch.shopper != line.shopper)
        yield from ["large"] * (abs(amount) > LARGE) + ["one of several"] * (0 < amount < steps[step].net)
