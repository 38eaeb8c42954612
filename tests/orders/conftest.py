"""A till to test at: shoppers who buy, merchants who ship, and a sandbox whose messages stay in the house."""

from types import SimpleNamespace

import pytest
from rest_framework.test import APIClient

from chengfeng.payments import sandbox
from orders import payment
from orders.checkout import Contact, place
from orders.models import Order
from reports import invariants
from shops.models import Merchant
from shops.people.rights import Right
from shops.shopper import seal
from shops.tokens import issue
from tests import factories
from tests.factories import AT

from .far_stripe import SECRET, StandIn

OURS = ("I01", "I02", "I03", "I04", "I08", "I09", "I10", "I14", "I15", "I17", "I18", "I27")
CONTACT = Contact(email="sam@example.org", recipient="Sam", city="Shanghai", street="Nanjing Road 1")


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    """The messages that the sandbox has sent, at once instead of over the network."""
    messages = []
    monkeypatch.setattr(sandbox, "post", lambda body, headers: messages.append((body, headers)))
    monkeypatch.setattr(sandbox, "soon", lambda call: call())
    return messages


def broken() -> list[str]:
    """Return which invariants of paying do not hold."""
    return [violation.invariant.id for violation in invariants.check(OURS)]


def buy(*lines, shopper=None, at=AT, **details):
    """Place variants: each a variant, or a (variant, units) pair."""
    pairs = [line if isinstance(line, tuple) else (line, 1) for line in lines]
    wanted = [(variant.code, quantity) for variant, quantity in pairs]
    return place(shopper=shopper or factories.shopper(), contact=CONTACT, at=at, lines=wanted, **details)


def pay(checkout, source="approve", *, at=AT, **details):
    """Pay what is left, or an amount; return the payment as it stands then."""
    begun = payment.begin(checkout, provider="sandbox", method="credit_card", at=at, **details)
    payment.ask(begun, source=source, at=at)
    begun.refresh_from_db()
    return begun


def paid(*lines, **details) -> Order:
    """Buy and pay at one merchant; return the order."""
    checkout = buy(*lines, **details)
    pay(checkout)
    return Order.objects.select_related("merchant").get(checkout=checkout)


@pytest.fixture
def shirt(shop):
    """What Alice sells: ten at 120, so that shipping is free."""
    return factories.variant(shop, stock=10, price="120")


@pytest.fixture
def hat(shop):
    return factories.variant(shop, stock=10, price="30")


def shopper_client(shopper=None) -> APIClient:
    """A shopper's client; its `shopper` is the id."""
    client = APIClient()
    client.shopper = shopper or factories.shopper()
    client.credentials(HTTP_X_SHOPPER=seal(client.shopper))
    return client


def merchant_client(merchant: Merchant, by, *rights: Right) -> APIClient:
    """A merchant's system, with all rights unless some are named."""
    _, secret = issue(merchant=merchant, name="till", rights=list(rights or Right), by=by, at=AT)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


@pytest.fixture
def api():
    """A shopper's client that sends JSON with a fresh idempotency key unless one is given."""
    client = shopper_client()

    def send(method, path, body=None, key=None):
        headers = {"Idempotency-Key": key or factories.shopper().hex}
        return getattr(client, method)(f"/api/v1/{path}", body, format="json", headers=headers)

    return SimpleNamespace(send=send, client=client, shopper=client.shopper)


@pytest.fixture(scope="session")
def stripe_process(tmp_path_factory):
    stand_in = StandIn(tmp_path_factory.mktemp("stripe") / "store.pickle")
    stand_in.start()
    yield stand_in
    stand_in.kill()


@pytest.fixture
def far_side(stripe_process, settings):
    settings.STRIPE_API_KEY, settings.STRIPE_API_BASE = "sk_test_12345", stripe_process.url
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    settings.PAYMENT_PROVIDERS = settings.PAYMENT_PROVIDERS | {"stripe": "chengfeng.payments.stripe.Stripe"}
    settings.SHOPPERS_PAY_BY = ["stripe", "sandbox"]
    return stripe_process
