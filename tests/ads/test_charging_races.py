"""Charging under concurrency: exact with its locks, and wrong without them (the control)."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from ads import charging, wallet
from ads.campaigns import account
from ads.charging import reading
from ads.models import AccountDay, AdAccount, CampaignDay, CampaignTotal, Charge, CreditNote, Event
from ads.tokens import AdToken
from ads.tracking import Report, track
from ads.wallet import granting
from tests import factories
from tests.factories import AT

from . import adverts
from .adverts import BROWSER, served

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


@pytest.fixture
def take_locks_away(monkeypatch):
    """Return what makes the control: nobody locks, and everybody has read before anybody writes."""
    everybody, read = threading.Barrier(THREADS), reading.purses

    def read_together(*args):
        purses = read(*args)
        everybody.wait(timeout=10)
        return purses

    def take_away() -> None:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda query, **_: query.all())
        monkeypatch.setattr(reading, "POTS", reading.POTS.replace("FOR NO KEY UPDATE", ""))
        monkeypatch.setattr(reading, "purses", read_together)

    return take_away


def at_once(act: Callable, *given: list) -> Counter:
    """Act on each of several things from several threads; count the outcomes."""

    def outcome(thing) -> str:
        try:
            return act(thing)
        except Exception as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(outcome, *given))


def report(one: Report) -> str:
    result = track([one], received_at=AT, visitor=BROWSER)[0]
    return f"{result.status} {result.reason}".strip()


def pay(token: AdToken) -> str:
    with transaction.atomic():
        return charging.charge([token], charging.lock_campaigns([token.campaign_id]), at=AT)[token.token]


def clicks(number: int, *ads) -> list[AdToken]:
    return [adverts.token(ads[n % len(ads)], price="1") for n in range(number)]


def limited_day(shop) -> list:
    factories.fund(shop, "100")
    return [adverts.ad(shop, budget="3.5")]


def limited_total(shop) -> list:
    factories.fund(shop, "100")
    return [adverts.ad(shop, total_budget=Decimal("3.5"))]


def limited_account(shop) -> list:
    factories.fund(shop, "100")
    AdAccount.objects.create(merchant=shop, daily_budget=Decimal("3.5"))
    return [adverts.ad(shop) for _ in range(4)]


def limited_wallet(shop) -> list:
    factories.fund(shop, "3.5")
    return [adverts.ad(shop) for _ in range(4)]


def limited_grants(shop) -> list:
    """Cash and two grants, which hold 3.5 together."""
    factories.fund(shop, "0.5")
    for amount, days in (("1.2", 1), ("1.8", 2)):
        gift = wallet.Gift(merchant=shop, amount=Decimal(amount), reason="x", expires_at=AT + timedelta(days=days))
        wallet.give(gift, at=AT)
    return [adverts.ad(shop) for _ in range(4)]


LIMITS = {
    limited_day: "no_budget", limited_total: "no_total_budget", limited_account: "no_account_budget",
    limited_wallet: "no_balance", limited_grants: "no_balance",
}  # fmt: skip


@pytest.mark.parametrize(("limit", "reason"), LIMITS.items())
def test_what_is_limited_pays_exactly_that(shop, limit, reason):
    ads = limit(shop)
    assert at_once(pay, clicks(40, *ads)) == {"": 3, reason: 37}
    assert Charge.objects.count() == 3
    spent = sum(CampaignDay.objects.values_list("spent", flat=True))
    counted = [row.spent for model in (CampaignTotal, AccountDay) for row in model.objects.all()]
    assert (spent, counted) == (3, [3] * (limit in (limited_total, limited_account)))
    before = {limited_wallet: "3.5", limited_grants: "3.5"}.get(limit, "100")
    assert wallet.standing(shop, at=AT).spendable == Decimal(before) - 3


COMPLAINTS = {  # what is left without locks: the last guards of the database, with an error instead of a reason
    limited_day: "RuntimeError", limited_total: "IntegrityError", limited_account: "IntegrityError",
    limited_wallet: "InsufficientFunds", limited_grants: "InsufficientFunds",
}  # fmt: skip


@pytest.mark.parametrize(("limit", "complaint"), COMPLAINTS.items())
def test_control_without_locks_nobody_is_told_the_reason(shop, take_locks_away, limit, complaint):
    ads = limit(shop)
    pay(*clicks(1, ads[0]))  # what counts the spending is open: opening makes the others wait
    reading.opening.open_days(campaigns=[ad.campaign_id for ad in ads], days=[AT.date()] * len(ads))
    take_locks_away()
    assert at_once(pay, clicks(THREADS, *ads)).keys() - {"OperationalError"} == {"", complaint}


def test_one_click_is_charged_once(shop):
    factories.fund(shop, "100")
    click = Report(served(adverts.ad(shop)), "click")
    assert at_once(report, [click] * THREADS) == {"accepted": 1, "duplicate": THREADS - 1}
    assert (Event.objects.count(), Charge.objects.count(), wallet.balance(shop)) == (1, 1, Decimal("99.5"))


def test_control_without_locks_one_click_fails(shop, take_locks_away):
    factories.fund(shop, "100")
    ad = adverts.ad(shop)
    CampaignDay.objects.create(campaign=ad.campaign, day=AT.date(), budget=100)
    take_locks_away()
    assert at_once(report, [Report(served(ad), "click")] * THREADS) != {"accepted": 1, "duplicate": THREADS - 1}


def test_an_account_s_budget_given_while_others_charge_counts_them(shop):
    factories.fund(shop, "100")
    ads = [adverts.ad(shop) for _ in range(4)]

    def pay_or_limit(token: AdToken | None) -> str:
        if token is None:
            AdAccount.objects.create(merchant=shop, daily_budget=1000)
            return "limited"
        return pay(token)

    sent = clicks(40, *ads)
    at_once(pay_or_limit, [*sent[:20], None, *sent[20:]])
    pay(*clicks(1, ads[0]))
    assert AccountDay.objects.get().spent == Charge.objects.count() == 41


@pytest.fixture
def edit_between(shop, monkeypatch):
    """Return what edits the account's budget to 2 while a charge has read 10 and has patience for so many seconds."""
    factories.fund(shop, "100")
    AdAccount.objects.create(merchant=shop, daily_budget=10)
    first, second = clicks(2, adverts.ad(shop))
    pay(first)
    has_read, is_edited, read = threading.Event(), threading.Event(), reading.purses

    def read_and_wait(*args, patience: float):
        purses = read(*args)
        has_read.set()
        is_edited.wait(timeout=patience)
        return purses

    def edit() -> str:
        has_read.wait(timeout=10)
        account.edit_account(adverts.owner_of(shop), values={"daily_budget": Decimal(2)}, at=AT)
        is_edited.set()
        return "edited"

    def both(*, patience: float) -> Counter:
        monkeypatch.setattr(reading, "purses", partial(read_and_wait, patience=patience))
        return at_once(lambda act: act(), [edit, lambda: pay(second)])

    return both


def test_an_account_s_budget_edited_between_reading_and_writing_holds(edit_between):
    assert edit_between(patience=0.3) == {"edited": 1, "": 1}
    assert AccountDay.objects.values_list("budget", "spent").get() == (2, 2)


def test_control_without_the_lock_the_old_budget_is_written_back(edit_between, monkeypatch):
    monkeypatch.setattr(account, "_hold_charges", lambda merchant: None)
    assert edit_between(patience=10) == {"edited": 1, "": 1}
    assert AccountDay.objects.values_list("budget", "spent").get() == (10, 2)


def test_a_charge_is_given_back_once(shop):
    factories.fund(shop, "10")
    ad = adverts.ad(shop)
    for token in clicks(3, ad):
        pay(token)
    charges = list(Charge.objects.all())

    def give_back(_) -> str:
        return str(len(charging.give_back(dict.fromkeys(charges, "robot"), at=AT)))

    assert at_once(give_back, range(THREADS)) == {"3": 1, "0": THREADS - 1}
    assert (CreditNote.objects.count(), wallet.balance(shop)) == (3, 10)


def test_a_grant_that_expires_while_it_is_given_back_to_is_empty_after_it(shop):
    gift = wallet.Gift(merchant=shop, amount=Decimal(5), reason="x", expires_at=AT + timedelta(days=1))
    wallet.give(gift, at=AT)
    for token in clicks(4, adverts.ad(shop)):
        pay(token)
    over = AT + timedelta(days=1)
    acts = [lambda: granting.expire_due(at=over)] * 4
    acts += [lambda one=one: charging.give_back({one: "robot"}, at=AT) for one in Charge.objects.all()]
    at_once(lambda act: str(act()), acts)
    assert CreditNote.objects.count() == 4
    assert granting.grants(shop).values_list("left", "expired_at").get() == (0, over)
