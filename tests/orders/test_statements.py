"""Statements: weeks of a merchant that add up, are closed once and never change."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from orders.models import Settlement, Statement
from orders.settlement import payouts, statements
from tests import factories
from tests.crowd import at_once
from tests.factories import AT

from .settling import DUE, bank_account, give_back, settled

DAY = timedelta(days=1)
WEEK = 7 * DAY
pytestmark = pytest.mark.django_db


def sums(statement) -> dict[str, Decimal]:
    names = ("opening", "settled", "clawed_back", "paid_out", "returned", "closing")
    return {name: getattr(statement, name) for name in names if getattr(statement, name)}


def pay_out(merchant, oscar, *, at):
    batch = payouts.prepare(currency=merchant.currency, by=oscar, at=at)
    payouts.approve(batch, by=factories.person(f"olga{at:%d}", is_staff=True), at=at)
    return batch.payouts.get()


def test_a_week_is_closed_when_it_is_over_in_the_merchants_time_zone(shop, shirt):
    settled(shirt)  # on Tuesday 2026-03-17, 12:00 in Shanghai
    assert statements.close_due(at=AT + timedelta(days=12, hours=11)) == 0
    assert statements.close_due(at=AT + timedelta(days=12, hours=12)) == 1
    found = Statement.objects.get()
    assert (found.first, found.last, found.number, found.orders) == (date(2026, 3, 16), date(2026, 3, 22), 1, 1)
    assert sums(found) == {"settled": 114, "closing": 114}
    assert Settlement.objects.get().statement == found


def test_the_next_week_opens_with_what_was_left(shop, shirt, oscar):
    made = settled((shirt, 2))
    statements.close_due(at=DUE + WEEK)
    bank_account(shop)
    give_back(made, "20", at=DUE + WEEK)
    pay_out(shop, oscar, at=DUE + WEEK)
    live = statements.current(shop, currency="CNY", at=DUE + WEEK)
    expected = {"opening": 228, "clawed_back": -19, "paid_out": 209}
    assert (sums(live), live.first, live.last) == (expected, date(2026, 3, 23), date(2026, 3, 29))
    assert statements.close_due(at=DUE + 2 * WEEK) == 1
    assert sums(Statement.objects.get(number=2)) == expected


def test_quiet_weeks_have_no_statement(shop, shirt):
    made = settled(shirt)
    give_back(made, "120", at=DUE + 3 * WEEK)
    assert statements.close_due(at=DUE + 5 * WEEK) == 2
    assert [sums(found) for found in Statement.objects.order_by("number")] == [
        {"settled": 114, "closing": 114}, {"opening": 114, "clawed_back": -114},
    ]  # fmt: skip


def test_what_is_written_late_stands_on_the_next_statement(shop, shirt):
    made = settled(shirt)
    statements.close_due(at=DUE + WEEK)
    give_back(made, "20", at=DUE + DAY)
    assert statements.close_due(at=DUE + WEEK) == 0
    assert statements.close_due(at=DUE + 2 * WEEK) == 1
    assert sums(Statement.objects.get(number=2)) == {"opening": 114, "clawed_back": -19, "closing": 95}


def test_months_may_be_chosen(settings, shop, shirt):
    settings.STATEMENTS = "monthly"
    settled(shirt)
    assert statements.close_due(at=DUE + 3 * WEEK) == 1
    assert Statement.objects.values_list("first", "last").get() == (date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize("model", [Statement, Settlement])
def test_what_is_closed_never_changes(shop, shirt, model):
    settled(shirt)
    statements.close_due(at=DUE + WEEK)
    amount = {"closing": 1, "opening": -113} if model is Statement else {"statement": None}
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model.objects.update(**amount)


@pytest.mark.django_db(transaction=True)
def test_two_closers_close_a_week_once(shop, shirt):
    settled(shirt)
    results = at_once([lambda: statements.close_due(at=DUE + WEEK)] * 3)
    assert (sorted(results), Statement.objects.count()) == ([0, 0, 1], 1)
