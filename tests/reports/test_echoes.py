"""What counts for an earlier day than that on which it happened: at once, to the day, and the same however rebuilt."""

import threading
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, OperationalError, connection

from chengfeng import sql
from reports import facts, invariants, reading
from reports.facts import ECHOES, MERCHANT_DAYS, TABLES
from reports.models import Echo, MerchantDay
from reports.sources import Grain
from shops.identity.models import Link
from tests.factories import variant

from . import world

THEN = datetime(2026, 3, 3, 4, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)
TODAY = date(2026, 3, 10)
DAY = timedelta(days=1)
COMMITTED = pytest.mark.django_db(transaction=True)


@pytest.fixture
def goods(shop):
    world.fund(shop, at=THEN)
    return variant(shop, stock=50)


@pytest.fixture
def lived(shop, goods):
    """Clicked on 1 March, bought on the 3rd, settled and given back a part on the 4th, bought again on the 8th."""
    sam = uuid.uuid4()
    ad = world.campaign(shop, goods.product, at=THEN - 2 * DAY)
    world.click(ad, at=THEN - 2 * DAY, shopper=sam)
    world.pay_out(world.sell(goods, 2, at=THEN, shopper=sam), at=THEN)
    world.sell(goods, at=THEN + 5 * DAY, shopper=sam)
    return ad


def days(shop, *, grain: Grain = Grain.MERCHANT, first: date = date(2026, 2, 1), last: date = TODAY, at=NOW) -> dict:
    found = reading.days(reading.span([shop], first, last, at=at), grain=grain)
    return {row["day"].day: row for row in found if row["merchant_id"] == shop.pk}


@pytest.mark.django_db
def test_a_sale_counts_for_the_closed_day_of_its_click_at_once(shop, goods):
    sam = uuid.uuid4()
    ad = world.campaign(shop, goods.product, at=NOW - 3 * DAY)
    world.click(ad, at=NOW - 3 * DAY, shopper=sam)
    facts.rebuild_history(at=NOW)
    world.sell(goods, at=NOW, shopper=sam)
    closed = days(shop, last=date(2026, 3, 7))[7]
    assert (closed["touch_orders"], closed["touch_gmv"], closed["touch_claimed"], closed["ad_gmv"]) == (1, 100, 100, 0)
    assert days(shop, grain=Grain.CAMPAIGN)[7]["touch_gmv"] == 100
    assert [number["touch_gmv"] for number in (days(shop)[10], days(shop)[7])] == [0, 100]


@pytest.mark.django_db
def test_facts_and_live_agree_about_every_day_that_is_counted_for(shop, lived):
    live = [days(shop, grain=grain) for grain in Grain]
    facts.rebuild_history(at=NOW)
    assert [days(shop, grain=grain) for grain in Grain] == [
        {**quiet(grain), **found} for grain, found in zip(Grain, live, strict=True)
    ]
    merchant = days(shop)
    assert {day: merchant[day]["touch_gmv"] for day in (1, 3, 8)} == {1: 300, 3: 0, 8: 0}
    assert (merchant[1]["touch_refunds"], merchant[4]["settled_refunds"], merchant[3]["ad_refunds"]) == (5, 5, 0)
    assert (merchant[4]["settled_gmv"], merchant[4]["all_settled_gmv"], merchant[4]["all_settled_orders"]) == (
        200,
        208,
        1,
    )
    assert invariants.check({"I24", "I25"}) == []


def quiet(grain: Grain) -> dict:
    """Return the days that are known to be quiet once they are facts: yesterday."""
    return {9: days_row(MerchantDay.objects.get(day=date(2026, 3, 9)))} if grain == Grain.MERCHANT else {}


def days_row(fact: MerchantDay) -> dict:
    row = dict.fromkeys(reading.measures(Grain.MERCHANT), Decimal(0))
    return {"merchant_id": fact.merchant_id, "day": fact.day, **row}


@pytest.mark.django_db
def test_who_buys_again_counts_for_the_day_of_the_first_purchase(shop, goods):
    """Sam buys again after 5 days and after 20, on another device by then; Tess after 20 days, Uma never."""
    sam, tess, phone = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    for shopper in (sam, tess, uuid.uuid4()):
        world.sell(goods, at=THEN, shopper=shopper)
    world.sell(goods, at=THEN + 5 * DAY, shopper=sam)
    person = uuid.uuid4()
    for device in (sam, phone):
        Link.objects.create(shopper=device, number=1, person=person, evidence="login", at=THEN + 6 * DAY)
    world.sell(goods, at=THEN + 20 * DAY, shopper=phone)
    world.sell(goods, at=THEN + 20 * DAY, shopper=tess)
    later = THEN + 40 * DAY
    facts.rebuild_history(at=later)
    first = days(shop, last=THEN.date(), at=later)[3]
    assert [first[f"again_{n}"] for n in (7, 15, 30, 60)] == [1, 1, 2, 2]
    assert (first["new_buyers"], first["ltv_30"]) == (3, 600)


@pytest.mark.django_db
def test_what_is_settled_in_time_counts_for_the_day_it_was_paid(shop, lived):
    facts.rebuild_history(at=NOW)
    paid = days(shop)[3]
    assert (paid["settled_in_7"], paid["settled_in_14"], paid["paid_gmv"]) == (208, 208, 208)


def snapshot() -> list:
    """Return all facts but for the numbers and the times of rebuilding of their rows."""
    tables = (MERCHANT_DAYS, ECHOES, *TABLES.values())
    query = "SELECT to_jsonb(f) - 'id' - 'rebuilt_at' AS row FROM {} f ORDER BY 1"
    return [sql.rows(query.format(table)) for table in tables]


@COMMITTED
def test_rebuilt_thrice_the_rows_are_the_same(shop, lived):
    found = []
    for _ in range(3):
        sql.run("DELETE FROM reports_factsmark")
        facts.rebuild_history(at=NOW)
        found.append(snapshot())
    assert found[0] == found[1] == found[2]
    assert Echo.objects.count() > 5


@COMMITTED
def test_killed_in_the_middle_nothing_is_half_done_and_the_next_run_ends_it(shop, lived, monkeypatch):
    facts.rebuild_history(at=NOW)
    whole = snapshot()
    sql.run("DELETE FROM reports_factsmark")
    monkeypatch.setattr(facts, "_insert_echoes", lambda grain: "SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(OperationalError):
        facts.rebuild_history(at=NOW)
    connection.close()
    monkeypatch.undo()
    assert snapshot() == whole
    facts.rebuild_history(at=NOW)
    assert snapshot() == whole


def twice(run) -> list[type]:
    """Run something in two threads at once; return the kinds of errors that came of it."""
    errors, together = [], threading.Barrier(2)

    def work() -> None:
        try:
            together.wait(10)
            run()
        except Exception as error:
            errors.append(type(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return errors


@COMMITTED
def test_two_workers_at_once_leave_the_same_rows(shop, lived):
    facts.rebuild_history(at=NOW)
    whole = snapshot()
    sql.run("DELETE FROM reports_factsmark")
    assert twice(lambda: facts.rebuild_history(at=NOW)) == []
    assert snapshot() == whole
    assert twice(lambda: facts.rebuild_history(at=NOW + timedelta(minutes=5))) == []
    assert MerchantDay.objects.get(merchant=shop, day=TODAY).complete_through == NOW - timedelta(minutes=1)


@COMMITTED
def test_without_their_lock_two_workers_get_into_each_others_way(shop, lived, monkeypatch):
    """The control: both delete before either writes."""
    deleted, run = threading.Barrier(2), sql.run

    def unlocked(statement: str, params=None) -> int:
        if "pg_advisory_xact_lock" in statement:
            return 0
        if statement.startswith(f"INSERT INTO {MERCHANT_DAYS}"):
            deleted.wait(10)
        return run(statement, params)

    monkeypatch.setattr(facts.sql, "run", unlocked)
    assert twice(lambda: facts.rebuild(shop, THEN.date(), at=NOW)) == [IntegrityError]
