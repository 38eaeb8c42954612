"""The same idempotency key many times, at once and after: one effect, one answer; another body is refused."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from threading import Event

import pytest
from django.db.models import Sum
from rest_framework.test import APIClient

from ads.models import TopUp
from chengfeng import ledger
from chengfeng.models import Account, Entry, SandboxCharge
from chengfeng.payments.sandbox import Sandbox
from orders import checkout
from orders.models import Checkout, Payment, Refund
from shops.models import Merchant, Variant
from tests.crowd import at_once

from .conftest import CONTACT, buy, merchant_client, paid, shopper_client

pytestmark = pytest.mark.django_db(transaction=True)
TIMES, AT_ONCE = 24, 8


@dataclass
class Write:
    """A write over HTTP, a body that differs, what it should leave, and the step at which it can be held up."""

    client: APIClient
    path: str
    body: dict
    other: dict
    effect: Callable[[], object]
    wanted: object
    step: tuple[object, str]

    def send(self, body: dict | None = None, key: str = "k"):
        headers = {"Idempotency-Key": key}
        return self.client.post(f"/api/v1/{self.path}", body or self.body, format="json", headers=headers)


def an_order(shop: Merchant, shirt: Variant, _owner) -> Write:
    body = {name: value for name, value in asdict(CONTACT).items() if value}
    body["lines"] = [{"variant": shirt.code, "quantity": 1}]
    other = body | {"recipient": "Somebody else"}
    return Write(shopper_client(), "checkouts", body, other, Checkout.objects.count, 1, (checkout, "write"))


def a_payment(shop: Merchant, shirt: Variant, _owner) -> Write:
    client = shopper_client()
    path = f"checkouts/{buy(shirt, shopper=client.shopper).code}/payments"

    def effect():
        sales = Entry.objects.filter(account__kind="sales").aggregate(sum=Sum("amount"))["sum"]
        return Payment.objects.count(), SandboxCharge.objects.count(), sales

    return Write(client, path, {"source": "approve"}, {"source": "hang"}, effect, (1, 1, 120), (Sandbox, "charge"))


def a_refund(shop: Merchant, shirt: Variant, owner) -> Write:
    order = paid(shirt)
    path = f"orders/{order.code}/refunds"
    body = {"lines": [{"line": order.lines.get().code, "quantity": 1, "amount": "50"}]}
    other = {"lines": [{"line": order.lines.get().code, "quantity": 1, "amount": "20"}]}

    def effect():
        return Refund.objects.count(), Refund.objects.aggregate(sum=Sum("amount"))["sum"]

    return Write(merchant_client(shop, owner), path, body, other, effect, (1, 50), (Sandbox, "refund"))


def a_top_up(shop: Merchant, shirt: Variant, owner) -> Write:
    def effect():
        wallet = ledger.account(Account.Kind.WALLET, owner=shop.code, currency=shop.currency)
        return TopUp.objects.count(), ledger.balance(wallet)

    body, other = {"amount": "50.00", "source": "approve"}, {"amount": "60.00", "source": "approve"}
    return Write(merchant_client(shop, owner), "wallet/top-ups", body, other, effect, (1, 50), (Sandbox, "charge"))


@pytest.fixture(params=[an_order, a_payment, a_refund, a_top_up])
def write(request, shop, shirt, alice) -> Write:
    return request.param(shop, shirt, alice)


def test_many_times_is_once(write):
    rounds = [at_once([write.send] * AT_ONCE) for _ in range(TIMES // AT_ONCE)]
    answers = [answer for one in rounds for answer in one]
    done = [answer.json() for answer in answers if answer.status_code in (200, 201)]
    others = {(answer.status_code, answer.json()["code"]) for answer in answers if answer.status_code >= 300}
    assert len(done) >= TIMES // AT_ONCE and all(one == done[0] for one in done)
    assert others <= {(409, "idempotency_in_flight")}
    assert write.effect() == write.wanted


def test_another_body_is_refused_and_changes_nothing(write):
    first = write.send()
    refused = write.send(write.other)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    again = write.send()
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert write.effect() == write.wanted


def test_while_it_runs_the_repeat_is_told_so(write, monkeypatch):
    owner, name = write.step
    real, entered, may_go_on = getattr(owner, name), Event(), Event()

    def held_up(*args, **details):
        entered.set()
        assert may_go_on.wait(10)
        return real(*args, **details)

    monkeypatch.setattr(owner, name, held_up)

    def meanwhile():
        assert entered.wait(10)
        try:
            return write.send()
        finally:
            may_go_on.set()

    first, repeat = at_once([write.send, meanwhile])
    assert (repeat.status_code, repeat.json()["code"]) == (409, "idempotency_in_flight")
    assert (first.status_code in (200, 201), write.send().json()) == (True, first.json())
    assert write.effect() == write.wanted
