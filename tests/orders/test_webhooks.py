"""Messages of the payment provider: one effect each, in any order, and none at all from anybody else."""

import json
from datetime import timedelta
from decimal import Decimal
from functools import partial
from random import Random

import pytest
from django.db.models import Sum
from django.test import Client

from ads.models import TopUp
from chengfeng import clock, ledger
from chengfeng.models import Account, Entry, SandboxCharge
from chengfeng.payments import sandbox
from orders import payment
from orders.models import Order, Payment, WebhookReceipt
from tests.crowd import at_once
from tests.factories import AT

from .conftest import buy, pay

pytestmark = pytest.mark.django_db
PATH = "/payments/webhooks/sandbox/"


def deliver(body, headers, path=PATH, *, at=AT) -> int:
    with clock.at(at):
        return Client().post(path, body, content_type="application/json", headers=headers).status_code


def message(code, *, at=AT, **changes):
    """Return what the sandbox would send about a payment, some of it changed before it signs."""
    charge = SandboxCharge.objects.get(client_reference=code)
    for name, value in changes.items():
        setattr(charge, name, value)
    return sandbox.Sandbox().message(charge, at=at)


def test_the_message_that_comes_first_pays(shirt, sent, monkeypatch):
    monkeypatch.setattr(sandbox, "post", deliver)
    assert pay(buy(shirt), "webhook_first").state == "captured"
    assert (Order.objects.get().state, WebhookReceipt.objects.count()) == ("paid", 1)


def test_a_message_that_comes_twice_counts_once(shirt, sent):
    pay(buy(shirt), "twice")
    assert [deliver(*one) for one in sent] == [204, 204]
    assert (WebhookReceipt.objects.count(), Entry.objects.count()) == (1, 2)


def test_a_message_settles_what_had_no_answer(shirt):
    code = pay(buy(shirt), "hang").code
    assert deliver(*message(code)) == 204
    assert (Payment.objects.get().state, Order.objects.get().state) == ("captured", "paid")


def test_bad_news_after_good_news_change_nothing(shirt):
    code = pay(buy(shirt)).code
    assert deliver(*message(code, state="failed")) == 204
    assert (Payment.objects.get().state, Order.objects.get().state) == ("captured", "paid")


def test_good_news_after_bad_news_are_believed(shirt):
    code = pay(buy(shirt), "decline").code
    assert deliver(*message(code, state="succeeded")) == 204
    assert (Payment.objects.get().state, Order.objects.get().state) == ("captured", "paid")


@pytest.mark.parametrize("changes", [{"amount": Decimal(1)}, {"currency": "USD"}, {"client_reference": "pay_0"},
                                     {"client_reference": "xyz"}])  # fmt: skip
def test_a_message_about_something_else_leaves_no_row(shirt, changes):
    code = pay(buy(shirt), "hang").code
    assert deliver(*message(code, **changes)) == 404
    assert (WebhookReceipt.objects.count(), Payment.objects.get().state) == (0, "pending")


def test_a_forged_message_leaves_no_row(shirt):
    body, headers = message(pay(buy(shirt), "hang").code)
    forged = json.dumps(json.loads(body) | {"id": "msg_0"}).encode()
    assert [deliver(forged, headers), deliver(body, {}), deliver(b"\xff", headers)] == [400, 400, 400]
    assert WebhookReceipt.objects.count() == 0


def test_other_doors_are_closed(shirt):
    body, headers = message(pay(buy(shirt), "hang").code)
    assert (deliver(body, headers, "/payments/webhooks/bank/"), Client().get(PATH).status_code) == (404, 405)


def test_a_message_may_speak_of_a_top_up(shop):
    top_up = TopUp.objects.create(merchant=shop, amount=50, currency="CNY", requested_at=AT)
    SandboxCharge.objects.create(
        client_reference=top_up.code, amount=50, currency="CNY", state="succeeded", behaviour="hang", created_at=AT
    )
    assert deliver(*message(top_up.code)) == 204
    assert ledger.balance(ledger.account(Account.Kind.WALLET, owner=shop.code, currency="CNY")) == 50


def test_a_message_that_comes_before_its_payment_is_taken_the_next_time(shirt):
    code = pay(buy(shirt), "hang").code
    told = message(code)
    Payment.objects.filter(code=code).update(code="pay_UNCOMMITTED")
    assert (deliver(*told), WebhookReceipt.objects.count()) == (404, 0)
    Payment.objects.update(code=code)
    assert (deliver(*told), Order.objects.get().state) == (204, "paid")


@pytest.mark.parametrize(("minutes", "status"), [(-6, 400), (-5, 204), (5, 204), (6, 400)])
def test_a_message_is_taken_within_five_minutes(shirt, minutes, status):
    told = message(pay(buy(shirt), "hang").code)
    assert deliver(*told, at=AT + timedelta(minutes=minutes)) == status
    assert WebhookReceipt.objects.count() == (status == 204)


def test_a_secret_can_be_replaced_without_losing_a_message(shirt, settings):
    settings.SANDBOX_WEBHOOK_SECRETS = ["old"]
    first, second = (message(pay(buy(shirt), "hang").code) for _ in range(2))
    settings.SANDBOX_WEBHOOK_SECRETS = ["new", "old"]
    assert deliver(*first) == 204
    settings.SANDBOX_WEBHOOK_SECRETS = ["new"]
    assert (deliver(*second), Order.objects.filter(state="paid").count()) == (400, 1)


def test_another_providers_message_about_our_payment_is_refused(shirt):
    code = pay(buy(shirt), "hang").code
    Payment.objects.update(provider="stripe")
    assert (deliver(*message(code)), WebhookReceipt.objects.count()) == (404, 0)


def test_a_capture_that_was_told_before_it_was_authorised_counts_and_what_follows_changes_nothing(shirt):
    code = pay(buy(shirt), "hang", captures_later=True).code
    authorised = message(code)
    SandboxCharge.objects.update(state="succeeded", amount=100)
    assert [deliver(*message(code)), deliver(*authorised)] == [204, 204]
    one = Payment.objects.get()
    assert (one.state, one.amount, one.authorised, Order.objects.get().state) == ("captured", 100, 120, "placed")


def test_more_than_was_authorised_is_not_believed(shirt):
    code = pay(buy(shirt), captures_later=True).code
    SandboxCharge.objects.update(state="succeeded", amount=121)
    assert (deliver(*message(code)), Payment.objects.get().state) == (404, "authorised")


@pytest.mark.django_db(transaction=True)
def test_shuffled_forged_and_repeated_messages_have_one_effect(shirt):
    codes = [pay(buy(shirt), "hang").code for _ in range(4)]
    right = [message(code) for code in codes]
    wrong = [message(code, state="failed") for code in codes]
    forged = [(body, headers | {"Webhook-Signature": "v1=0"}) for body, headers in right]
    old = [message(code, at=AT - timedelta(minutes=6)) for code in codes]
    calls = [partial(deliver, *one) for one in right * 9 + wrong + forged + old]
    Random(7).shuffle(calls)
    answers = [answer for start in range(0, 48, 8) for answer in at_once(calls[start : start + 8])]
    assert (answers.count(204), answers.count(400)) == (40, 8)
    sums = Entry.objects.filter(account__kind="sales").aggregate(sum=Sum("amount"))
    assert (sums["sum"], WebhookReceipt.objects.count(), Order.objects.filter(state="paid").count()) == (480, 8, 4)


def test_the_effect_and_the_receipt_are_one(shirt, monkeypatch):
    code = pay(buy(shirt), "hang").code
    monkeypatch.setattr(payment, "_use", lambda *_args, **_details: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        deliver(*message(code))
    assert (WebhookReceipt.objects.count(), Payment.objects.get().state) == (0, "pending")
