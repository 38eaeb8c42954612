"""Reconciliation: an honest world agrees to the cent, and every planted difference is named with its rows."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from chengfeng import clock
from orders.models import Order, Settlement
from reports import platform
from reports.models import ReconciledDay, ReconciliationRun
from reports.reconciliation import comparing, reading, running
from reports.reconciliation.pairs import PAIRS
from tests import factories

from . import world

THEN = datetime(2026, 3, 3, 4, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 10)
pytestmark = pytest.mark.django_db

FAULTS = {
    "a captured payment that is not in the ledger": (
        "DELETE FROM chengfeng_entry WHERE transfer_id IN (SELECT id FROM chengfeng_transfer WHERE kind = 'payment')",
        {("payments", "missing in ledger")},
    ),
    "a payment that is gone": (
        "UPDATE orders_payment SET state = 'failed'",
        {("orders", "missing in payments"), ("payments", "missing in payments")},
    ),
    "a refund of another amount": (
        "UPDATE orders_refund SET amount = amount + 1",
        {("refunds", "the amounts differ")},
    ),
    "a refund that nobody wrote": ("DELETE FROM orders_refund", {("refunds", "missing in refunds")}),
    "a settlement that is not in the ledger": (
        "DELETE FROM chengfeng_entry WHERE transfer_id IN (SELECT transfer_id FROM orders_settlement WHERE number = 1)",
        {("sales", "missing in ledger"), ("due", "missing in ledger")},
    ),
    "an order settled with too little": (
        "UPDATE orders_settlement SET net = net - 1, commission = commission + 1 WHERE number = 1",
        {("due", "the amounts differ"), ("earned", "the amounts differ")},
    ),
    "a refund after which nothing was clawed back": (
        "DELETE FROM orders_settlement WHERE kind = 'clawback'; DELETE FROM chengfeng_entry WHERE transfer_id IN "
        "(SELECT id FROM chengfeng_transfer t WHERE kind = 'settlement' AND NOT EXISTS "
        "(SELECT 1 FROM orders_settlement s WHERE s.transfer_id = t.id))",
        {("earned", "the amounts differ")},
    ),
    "a payout that nobody wrote": ("DELETE FROM orders_payout", {("payouts", "missing in payouts")}),
    "an order of another total": (
        "UPDATE orders_order SET total = total + 1, tax = tax + 1, subtotal = subtotal",
        {("orders", "the amounts differ"), ("earned", "the amounts differ")},
    ),
}


@pytest.fixture
def order(shop) -> Order:
    """An honest order that was settled, partly given back and paid out; beside it one that was only paid."""
    goods = factories.variant(shop)
    world.sell(goods, at=THEN)
    made = world.sell(goods, at=THEN)
    world.pay_out(made, at=THEN)
    return made


def plant(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for part in statement.split("; "):
            cursor.execute(part)


def test_an_honest_world_agrees_to_the_cent(shop, order):
    assert comparing.differences([shop], FIRST, LAST, limit=9) == []
    found = {(one.pair.code, one.day.day): (one.left, one.right) for one in comparing.sums([shop], FIRST, LAST)}
    net = sum(Settlement.objects.values_list("net", flat=True))
    assert found == {
        ("orders", 3): (216, 216), ("payments", 3): (216, 216), ("refunds", 4): (5, 5), ("sales", 4): (103, 103),
        ("due", 4): (net, net), ("earned", 4): (net, net), ("payouts", 4): (net, net),
    }  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_difference_is_named(shop, order, name):
    statement, named = FAULTS[name]
    plant(statement)
    found = comparing.differences([shop], FIRST, LAST, limit=9)
    assert {(row.pair.code, row.what) for row in found} == named


def test_a_difference_names_its_order_and_its_reference(shop, order):
    plant("UPDATE orders_refund SET amount = 7")
    (row,) = comparing.differences([shop], FIRST, LAST, limit=9)
    assert (row.order, row.left, row.right, row.day) == (order.code, 7, 5, date(2026, 3, 4))
    assert row.reference == f"refund:{order.refunds.get().code}"


def test_what_is_booked_on_another_day_is_missing_on_both(shop, order):
    plant("UPDATE chengfeng_transfer SET at = at + interval '1 day' WHERE kind = 'refund'")
    found = [(row.day.day, row.what) for row in comparing.differences([shop], FIRST, LAST, limit=9)]
    assert found == [(4, "missing in ledger"), (5, "missing in refunds")]


def test_days_are_those_of_the_merchant(shop, foreign_shop):
    world.sell(factories.variant(shop), at=datetime(2026, 3, 3, 16, tzinfo=UTC))
    assert {one.day for one in comparing.sums([shop, foreign_shop], FIRST, LAST)} == {date(2026, 3, 4)}


def test_the_whole_marketplace_agrees(shop, order):
    proof = platform.reconcile(platform.totals(), platform.reported(at=NOW))
    assert [(line.what, line.rows, line.ledger) for line in proof if line.difference] == []
    assert {str(pair.label) for pair in PAIRS.values()} - {"Payouts that came back"} <= {str(p.what) for p in proof}


# Nightly


def test_a_night_looks_at_every_day_that_is_over_once(shop, order):
    made = running.look(at=NOW)
    days = list(made.days.order_by("day").values_list("day", flat=True))
    assert (days[0], days[-1], len(days)) == (date(2026, 3, 3), date(2026, 3, 9), 7)
    assert (running.look(at=NOW + timedelta(hours=1)), ReconciliationRun.objects.count()) == (None, 1)


def test_the_last_days_are_looked_at_again(shop, order):
    running.look(at=NOW)
    plant("UPDATE orders_refund SET amount = 7")
    made = running.look(at=NOW + DAY)
    assert [day.day.day for day in made.days.order_by("day")] == list(range(3, 11))
    (wrong,) = made.days.filter(differences__gt=0)
    assert [(one["pair"], one["order"], one["left"], one["right"]) for one in wrong.named] == [
        ("refunds", order.code, "7.0000", "5.0000")
    ]
    (standing,) = reading.standings()
    assert (standing.differences, standing.named[0]["reference"][:7]) == (1, "refund:")


def test_a_night_writes_what_was_found_all_or_nothing(shop, order, monkeypatch):
    monkeypatch.setattr(ReconciledDay.objects, "bulk_create", lambda rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        running.look(at=NOW)
    assert ReconciledDay.objects.count() == 0


# Pages


@pytest.fixture(autouse=True)
def noon():
    with clock.at(NOW):
        yield


def test_a_merchant_sees_its_days_stored_and_live(client, fay, shop, order, django_assert_num_queries):
    running.look(at=NOW)
    client.force_login(fay)
    with django_assert_num_queries(15):
        context = client.get(reverse("reports:reconciliation", args=[shop.code]), {"period": "7"}).context
    (sheet,) = context["sheets"]
    assert [bool(day.looked_at) for day in sheet["days"]] == [False, *[True] * 6]
    assert (context["differences"], set(sheet["difference"]["series"][0]["data"])) == (0, {0.0})


def test_what_went_wrong_since_the_night_is_seen_when_asked_now(client, fay, oscar, shop, order):
    running.look(at=NOW)
    plant("UPDATE orders_refund SET amount = 7")
    found = []
    for person, address in ((fay, reverse("reports:reconciliation", args=[shop.code])),
                            (oscar, reverse("reports:reconciliations"))):  # fmt: skip
        client.force_login(person)
        for asked in ({"period": "7"}, {"period": "7", "now": "1"}):
            context = client.get(address, asked).context
            found.append(bool(context.get("differences") or sum(s.differences for s in context.get("standings", []))))
    assert found == [False, True, False, True]


def test_a_day_opens_to_its_differences_and_rows(client, fay, shop, order):
    plant("UPDATE orders_refund SET amount = 7")
    client.force_login(fay)
    page = client.get(reverse("reports:reconciliation_day", args=[shop.code, "2026-03-04"]), {"pair": "due"})
    assert [row.what for row in page.context["differences"]] == ["the amounts differ"]
    assert len(page.context["rows"]) == 2
    assert client.get(reverse("reports:reconciliation_day", args=[shop.code, "never"])).status_code == 404


def test_the_operator_sees_merchants_with_differences_first(client, oscar, shop, foreign_shop, order):
    world.sell(factories.variant(foreign_shop), at=THEN)
    plant("UPDATE orders_refund SET amount = 7")
    running.look(at=NOW)
    client.force_login(oscar)
    standings = client.get(reverse("reports:reconciliations")).context["standings"]
    assert [(s.merchant, s.differences) for s in standings] == [(shop, 1), (foreign_shop, 0)]


def test_the_command_prints_the_sums_and_fails_on_a_difference(shop, order):
    out = StringIO()
    call_command("reconcile", stdout=out)
    assert "CNY Payments captured: payments − ledger" in out.getvalue()
    plant("UPDATE orders_refund SET amount = 7")
    with pytest.raises(SystemExit, match="1"):
        call_command("reconcile", merchant=shop.code, stdout=out)
    assert order.code in out.getvalue()
