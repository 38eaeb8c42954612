"""Ten thousand random histories: what engines credit is what the slow oracle does, to the unit."""

import random
from zlib import crc32

import pytest

from ads.attribution import PRESETS
from ads.attribution.rules import Model, State

from .comparing import DuckDB, shrunken
from .histories import DAY, START, histories, together
from .oracle import entries

MULTI = (Model.FIRST, Model.LINEAR, Model.POSITION, Model.DECAY, Model.CLAIMED)
VARIANTS = [
    PRESETS[name].with_(name=f"{name}_{model}_{state}", model=model, state=state)
    for name in ("tiktok_shop_7c_1v", "criteo_30c_category_1v_sku", "iab_viewable")
    for model in MULTI
    for state in (State.PAID, State.SETTLED)
]
RULES = [*PRESETS.values(), *VARIANTS]
EACH = 10_000 // len(RULES) + 1


@pytest.fixture(scope="module")
def duckdb():
    return DuckDB()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_engine_says_what_the_oracle_says(duckdb, rule):
    seed = crc32(rule.name.encode())
    people, instant = histories(seed, EACH), START + seed % 40 * DAY
    people = [each.known_at(instant) if number % 2 else each for number, each in enumerate(people)]
    agree(duckdb, together(people, random.Random(seed)), people, rule)


def agree(engine, rows, people, rule):
    right, said = entries(rows, rule), engine.says(rows, rule)
    if right != said:
        lines = {entry[0] for entry in right ^ said}
        person = next(each for each in people if lines & {line.line for line in each.lines})
        least = shrunken(person, rule, engine.says)
        pytest.fail(f"{list(least.every())}: {entries(least, rule)}, but {engine.says(least, rule)}")
