"""The wallet: money arrives once, whatever the provider does, and the statement adds up."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from ads import wallet
from ads.models import TopUp
from ads.wallet import days
from ads.wallet.lines import Statement
from chengfeng import sql
from chengfeng.models import SandboxCharge
from chengfeng.payments import Outcome, sandbox
from shops.models import StepDone
from tests.factories import AT, fund

from .adverts import owner_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def deaf(monkeypatch):
    """The sandbox's webhooks go nowhere."""
    monkeypatch.setattr(sandbox, "post", lambda body, headers: None)


def top_up(shop, source: str, amount: str = "50") -> TopUp:
    opened = wallet.open_top_up(access=owner_of(shop), amount=Decimal(amount), at=AT)
    return wallet.submit(opened.code, source=source, at=AT)


@pytest.mark.parametrize(("source", "state", "balance"), [("approve", "done", 50), ("decline", "failed", 0)])
def test_a_top_up_ends_as_the_provider_says(shop, source, state, balance):
    assert (top_up(shop, source).state, wallet.balance(shop)) == (state, balance)
    assert list(StepDone.objects.values_list("step", flat=True)) == ["wallet"] * bool(balance)


def test_money_that_answered_too_late_is_found_once(shop):
    hanging = top_up(shop, "hang")
    assert (hanging.state, wallet.reconcile(at=AT + timedelta(seconds=29))) == ("pending", 0)
    assert [wallet.reconcile(at=AT + timedelta(seconds=n)) for n in (30, 31)] == [1, 0]
    again = Outcome("succeeded", SandboxCharge.objects.get().reference)
    assert (wallet.settle(hanging.code, again, at=AT).state, wallet.balance(shop)) == ("done", 50)


@pytest.mark.parametrize("amount", ["0", "-1", "0.001"])
def test_impossible_amounts_are_refused(shop, amount):
    with pytest.raises(wallet.AmountRefused):
        wallet.open_top_up(access=owner_of(shop), amount=Decimal(amount), at=AT)


def test_the_statement_shows_what_stood_after_each_line(shop, foreign_shop):
    for amount in ("10", "20", "30"):
        fund(shop, amount)
    fund(foreign_shop, "99")
    newest_first = wallet.statement(shop)
    assert [(line.cash, line.cash_after) for line in newest_first] == [(30, 60), (20, 30), (10, 10)]
    assert [line.cash_after for line in newest_first[1:2]] == [30]
    assert [*wallet.statement(shop, kind="charge")] == []


def read_of_entries(statement: Statement, page: slice) -> int:
    """Return how many entries of the ledger a page of a statement reads."""
    asked = statement.params | {"start": page.start, "stop": page.stop}
    (plan,) = sql.row(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.query}", asked)[0]
    return sum(node["Actual Rows"] * node["Actual Loops"] for node in nodes(plan["Plan"]) if is_of_entries(node))


def nodes(node: dict) -> Iterator[dict]:
    yield node
    for below in node.get("Plans", ()):
        yield from nodes(below)


def is_of_entries(node: dict) -> bool:
    return node.get("Relation Name") == "chengfeng_entry"


@pytest.mark.parametrize("by_day", [False, True])
def test_a_page_reads_the_days_it_shows_and_no_others(shop, by_day, django_assert_num_queries):
    for day in range(40):
        fund(shop, "1", at=AT + timedelta(days=day))
    lines = wallet.statement(shop, by_day=by_day)
    before = [*lines]
    assert days.sum_up(older_than=timedelta(0)) == 40
    assert ([*lines], days.sum_up(older_than=timedelta(0))) == (before, 0)
    assert [read_of_entries(lines, slice(at, at + 5)) for at in (0, 20, 35)] == [0 if by_day else 5] * 3
    with django_assert_num_queries(2):
        assert (len(lines), lines[20:25]) == (40, before[20:25])
    fund(shop, "1", at=AT + timedelta(days=39))
    assert (lines[:1][0].cash, lines[:1][0].cash_after) == (2 if by_day else 1, 41)
    assert read_of_entries(lines, slice(20, 25)) == (1 if by_day else 6)


@pytest.mark.django_db(transaction=True)
def test_days_wait_for_a_line_of_a_lower_number_that_is_still_being_written(shop, foreign_shop):
    is_written, may_end = threading.Event(), threading.Event()

    def fund_slowly() -> None:
        with transaction.atomic():
            fund(shop, "1")
            is_written.set()
            may_end.wait(timeout=10)
        connection.close()

    def touched() -> int:
        return days.sum_up(older_than=timedelta(0))

    for merchant in (shop, foreign_shop):
        fund(merchant, "1")
    before = touched()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(fund_slowly)
        is_written.wait(timeout=10)
        fund(foreign_shop, "1")
        meanwhile = touched()
        may_end.set()
        slow.result()
    assert (before, meanwhile, touched()) == (2, 0, 2)
    assert wallet.statement(shop)[:1][0].cash_after == 2


def test_nobody_is_credited_by_a_provider_that_is_not_offered(shop, settings):
    settings.TOP_UPS_BY = ["stripe"]
    with pytest.raises(wallet.NotOffered):
        wallet.open_top_up(access=owner_of(shop), amount=Decimal(1), at=AT, provider="sandbox")
