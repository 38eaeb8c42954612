"""Journeys of the platform's own rows: who was touched in what order, who bought, and who did not."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from reports.measuring.periods import Days
from reports.paths.asking import ask
from reports.paths.question import PathQuestion
from tests.factories import variant

from . import world

pytestmark = pytest.mark.django_db

SOLD = datetime(2026, 3, 3, 4, tzinfo=UTC)
NOW = datetime(2026, 3, 20, 4, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MARCH = Days(SOLD.date().replace(day=1), SOLD.date().replace(day=19))
ENGINES = ["duckdb", "postgres"]


@pytest.fixture
def lived(shop):
    """Sam is touched thrice and buys, is touched and buys again; others are touched, touched too early, or not at all.

    Sam's first order is refunded in part.
    """
    world.fund(shop, at=SOLD - 30 * DAY)
    goods = variant(shop)
    ad = world.campaign(shop, goods.product, at=SOLD - 30 * DAY)
    sam, other, late, early = (uuid.UUID(int=number) for number in range(1, 5))

    def touch(shopper, at, placement="feed", kind="click"):
        world.event(ad, kind, at=at, shopper=shopper, token=uuid.uuid4(), placement=placement)

    touch(sam, SOLD - 2 * DAY, "search")
    touch(sam, SOLD - 30 * HOUR)
    touch(sam, SOLD - 29 * HOUR, kind="viewable")
    touch(sam, SOLD)
    order = world.sell(goods, 2, at=SOLD, shopper=sam)
    world.refund(order, "50", at=SOLD + DAY)
    touch(sam, SOLD + HOUR, "search")
    world.sell(goods, at=SOLD + 2 * HOUR, shopper=sam)
    touch(other, SOLD - 9 * DAY, "search")
    touch(other, SOLD - DAY)
    touch(other, SOLD + 6 * DAY, "product")
    touch(late, NOW - 3 * DAY)
    touch(early, SOLD - 8 * DAY)
    world.sell(goods, at=SOLD, shopper=early)
    return ad


def asked(shop, engine, at=NOW, **question):
    return ask(PathQuestion(period=MARCH, window=7, **question), shop, at=at, engine=engine)


def told(found):
    return {
        " > ".join(step.code for step in path.steps): (path.conversions, path.nulls, path.value)
        for path in found.frequent
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_a_journey_ends_with_an_order_or_when_nothing_follows(shop, lived, engine):
    found = asked(shop, engine)
    assert told(found) == {
        "search > feed": (1, 0, 200), "search": (1, 1, 100), "feed > product": (0, 1, 0), "feed": (0, 1, 0),
    }  # fmt: skip
    assert (found.conversions, found.nulls, found.value) == (2, 3, 300)
    assert (found.untouched, found.open, found.longer) == ((1, 100), 1, 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_steps_are_what_is_asked_for(shop, lived, engine):
    kept = asked(shop, engine, repeats="kept", touches="viewable", value="net")
    assert told(kept) == {
        "search > feed > feed > feed": (1, 0, 150), "search": (1, 1, 100), "feed > product": (0, 1, 0),
        "feed": (0, 1, 0),
    }  # fmt: skip
    by_kind = asked(shop, engine, channel="kind", touches="viewable")
    assert told(by_kind)["click > viewable > click"] == (1, 0, 200)
    by_campaign = asked(shop, engine, channel="campaign")
    assert told(by_campaign) == {lived.campaign.code: (2, 3, 300)}


def test_only_what_was_known_then_counts(shop, lived):
    found = asked(shop, "postgres", as_of=SOLD + HOUR + timedelta(minutes=1))
    assert told(found) == {"search > feed": (1, 0, 200), "search": (0, 1, 0), "feed": (0, 1, 0)}
    assert (found.untouched, found.open) == ((1, 100), 2)


def test_long_paths_lose_their_first_steps_and_are_counted(shop, lived):
    nobody = uuid.uuid4()
    for number in range(31):
        placement = "feed" if number % 2 else "search"
        world.event(lived, "click", at=SOLD + number * HOUR, shopper=nobody, token=uuid.uuid4(), placement=placement)
    found = asked(shop, "duckdb")
    assert (found.longer, told(found)[" > ".join(["feed", "search"] * 15)]) == (1, (0, 1, 0))


def test_credits_of_each_model_sum_to_all_orders_and_their_value(shop, lived):
    found = asked(shop, "postgres", value="net")
    for model in found.models:
        shares = [channel.credits[model] for channel in found.channels]
        sums = sum(each.conversions for each in shares), sum(each.value for each in shares)
        assert (model, *sums) == (model, 2, Decimal(250))
