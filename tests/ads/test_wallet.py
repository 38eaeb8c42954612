"""The wallet: money arrives once, whatever the provider does, and the statement adds up."""

from datetime import timedelta
from decimal import Decimal

import pytest

from ads import wallet
from ads.models import TopUp
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


def test_nobody_is_credited_by_a_provider_that_is_not_offered(shop, settings):
    settings.TOP_UPS_BY = ["stripe"]
    with pytest.raises(wallet.NotOffered):
        wallet.open_top_up(access=owner_of(shop), amount=Decimal(1), at=AT, provider="sandbox")
