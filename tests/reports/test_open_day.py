"""The open day: facts hold a part of it, whoever reads it counts the rest, and together they are its rows, always."""

import threading
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from ads.attribution import Key
from ads.attribution.linking import restate_of
from ads.models import Event
from ads.validity.withdrawing import withdraw
from chengfeng import sql
from reports import facts, reading
from reports.models import MerchantDay
from reports.sources import Grain, key
from shops.identity.models import Link
from tests.factories import variant

from . import world

NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)  # noon in Shanghai
TODAY = date(2026, 3, 10)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
KEPT = NOW - 6 * MINUTE  # a minute before the numbers that the turn before saw
COMMITTED = pytest.mark.django_db(transaction=True)


@pytest.fixture
def goods(shop):
    world.fund(shop, at=NOW - 9 * HOUR)
    return variant(shop, stock=50)


@pytest.fixture
def morning(shop, goods):
    """Sam clicked and bought, somebody else's order was given up, and the job has had its turns; tells Sam's order."""
    sam = uuid.uuid4()
    ad = world.campaign(shop, goods.product, at=NOW - 9 * HOUR)
    world.click(ad, at=NOW - 3 * HOUR, shopper=sam)
    order = world.sell(goods, at=NOW - 2 * HOUR, shopper=sam)
    world.give_up(world.place(goods, at=NOW - 2 * HOUR), at=NOW - HOUR)
    for minutes in (10, 5, 0):
        facts.rebuild_history(at=NOW - minutes * MINUTE)
    return order


def still(shop, at: datetime) -> reading.Span:
    return reading.still(shop, TODAY - timedelta(days=7), TODAY, at=at)


def rows(span: reading.Span) -> list[dict]:
    """Return the rows of every grain, by what they are of."""
    return [
        {(row["day"], *(row[column] for column in key(grain))): row for row in reading.days(span, grain=grain)}
        for grain in Grain
    ]


def kept(shop, *, at: datetime = NOW) -> datetime | None:
    """Return up to when the open day is taken of facts, having seen that with them it is the sum of its rows."""
    span = still(shop, at)
    assert rows(span) == rows(reading.span([shop], span.first, span.last, at=at))
    return span.since


@pytest.mark.django_db
def test_what_came_since_is_added_to_what_is_kept(shop, goods, morning):
    """A sale by an ad, a refund, and a view that is told of an hour late."""
    assert kept(shop) == KEPT
    assert MerchantDay.objects.get(merchant=shop, day=TODAY).paid_orders == 1
    tess = uuid.uuid4()
    ad = world.campaign(shop, goods.product, at=NOW - 9 * HOUR, name="Summer")
    world.event(ad, "impression", at=NOW - HOUR, received_at=NOW, shopper=tess, token=uuid.uuid4())
    world.click(ad, at=NOW - 2 * MINUTE, shopper=tess)
    world.sell(goods, at=NOW - MINUTE, shopper=tess)
    world.refund(morning, "30", at=NOW)
    assert kept(shop, at=NOW + MINUTE) == KEPT
    today = reading.days(still(shop, NOW + MINUTE))[-1]
    assert [today[code] for code in ("impressions", "paid_orders", "ad_orders", "refunds")] == [3, 2, 2, 30]


def sold_late(shop, goods, order) -> None:
    world.sell(goods, at=NOW - HOUR, shopper=order.shopper)


def found_invalid(shop, goods, order) -> None:
    click = Event.objects.get(kind="click")
    withdraw({click.campaign_id: {Key(click.day, click.token, "click"): "appeal"}}, at=NOW)


def known_to_be_the_same_person(shop, goods, order) -> None:
    """Sam clicked on another ad shortly before, on another device."""
    phone, person = uuid.uuid4(), uuid.uuid4()
    world.click(world.campaign(shop, goods.product, at=NOW, name="b"), at=NOW - 150 * MINUTE, shopper=phone)
    for shopper in (order.shopper, phone):
        Link.objects.create(shopper=shopper, number=1, person=person, evidence="login", at=NOW - MINUTE)
    assert restate_of(person=person, shopper=phone, since=NOW - 24 * HOUR, cause="link", at=NOW) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("late", [sold_late, found_invalid, known_to_be_the_same_person])
def test_what_belongs_to_the_kept_part_is_counted_at_once_and_kept_two_turns_later(shop, goods, morning, late):
    late(shop, goods, morning)
    assert kept(shop) is None
    for minutes in (5, 10):
        facts.rebuild_history(at=NOW + minutes * MINUTE)
    assert kept(shop, at=NOW + 10 * MINUTE) == KEPT + 10 * MINUTE


@pytest.mark.django_db
@pytest.mark.parametrize("killed", ["facts.keep_open_days", "dirty.settle"])
def test_a_turn_that_does_not_come_to_its_end_leaves_nothing_to_be_taken_for_whole(
    shop, goods, morning, killed, monkeypatch
):
    """Also where the numbers are settled, though the day was not kept."""
    sold_late(shop, goods, morning)
    with monkeypatch.context() as patched:
        patched.setattr(f"reports.{killed}", lambda *_, **__: None)
        for minutes in (5, 10):
            facts.rebuild_history(at=NOW + minutes * MINUTE)
            assert kept(shop, at=NOW + minutes * MINUTE) is None
    for minutes in (15, 20):
        facts.rebuild_history(at=NOW + minutes * MINUTE)
    assert kept(shop, at=NOW + 20 * MINUTE) == NOW + 14 * MINUTE


@pytest.mark.django_db
def test_midnight_passes_without_a_seam(shop, goods, morning):
    """What was kept of the day is taken until all of it is; of the new one nothing is yet."""
    midnight = NOW + 12 * HOUR
    facts.rebuild_history(at=midnight - 5 * MINUTE)
    world.sell(goods, at=midnight - MINUTE)
    facts.rebuild_history(at=midnight - MINUTE)
    world.sell(goods, at=midnight + MINUTE)
    assert kept(shop, at=midnight + MINUTE) == midnight - 6 * MINUTE
    facts.rebuild_history(at=midnight + 4 * MINUTE)
    assert kept(shop, at=midnight + 4 * MINUTE) is None


def meanwhile(run) -> None:
    """Run something on another connection, and wait until it is done."""

    def work() -> None:
        run()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(30)


def orders_while_the_facts_are_replaced(shop, goods) -> int:
    """Return how many orders a reader finds who has looked how far the facts reach before they reach further."""
    world.sell(goods, at=NOW - 3 * MINUTE)
    with sql.still():
        span = still(shop, NOW)
        meanwhile(lambda: facts.rebuild_history(at=NOW + 5 * MINUTE))
        return reading.days(span)[-1]["paid_orders"]


@COMMITTED
def test_a_reader_sees_one_moment_though_the_facts_are_replaced(shop, goods, morning):
    assert orders_while_the_facts_are_replaced(shop, goods) == 2


@COMMITTED
def test_a_reader_of_several_moments_would_count_an_order_twice(shop, goods, morning, monkeypatch):
    """The control."""
    monkeypatch.setattr(sql, "still", threading.Lock)
    assert orders_while_the_facts_are_replaced(shop, goods) == 3
