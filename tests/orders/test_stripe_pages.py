"""Shoppers pay on Stripe's page: they come back, give it up, or never paid there."""

import pytest

from chengfeng import clock
from chengfeng.payments.stripe import Stripe
from orders import hosted, reconcile
from orders.models import Order, Payment
from shops.shopper import seal
from tests import factories
from tests.factories import AT

from .conftest import broken, buy, shopper_client
from .far_stripe import LATER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("far_side")]


@pytest.fixture
def browser(client, shirt):
    """A shopper at the till of a checkout: its `checkout` and `pay`, the address."""
    client.get("/cart/")
    shopper = factories.shopper()
    client.cookies["shopper"] = seal(shopper)
    client.checkout = buy(shirt, shopper=shopper)
    client.address = f"/pay/{client.checkout.code}/"
    return client


def test_a_shopper_pays_on_stripes_page_and_comes_back(browser, far_side):
    with clock.at(AT):
        assert "by card" in browser.get(browser.address).content.decode()
        sent = browser.post(browser.address, {"page": "1"})
        waiting = Payment.objects.get()
        assert (sent.status_code, sent["Location"]) == (302, "https://checkout.stripe.com/c/pay/stand-in")
        assert "Go on to the payment page" in browser.get(browser.address).content.decode()
        assert reconcile.settle_pending(at=LATER) == 0
        far_side.send("POST", f"/_config/pay/{waiting.provider_reference}")
        page = browser.get(f"{browser.address}?back={waiting.code}").content.decode()
    assert "Thank you, it is paid" in page
    assert (Payment.objects.get().provider_reference[:3], Order.objects.get().state, broken()) == ("pi_", "paid", [])


def test_a_shopper_gives_the_page_up_and_pays_otherwise(browser):
    with clock.at(AT):
        browser.post(browser.address, {"page": "1"})
        browser.post(browser.address, {"give_up": "1"})
        browser.post(browser.address, {"source": "approve"})
    assert [(one.provider, one.state, one.failure) for one in Payment.objects.order_by("pk")] == [
        ("stripe", "failed", "expired"), ("sandbox", "captured", "")
    ]  # fmt: skip


def test_giving_up_a_page_that_was_paid_meanwhile_pays(browser, far_side):
    with clock.at(AT):
        browser.post(browser.address, {"page": "1"})
        far_side.send("POST", f"/_config/pay/{Payment.objects.get().provider_reference}")
        browser.post(browser.address, {"give_up": "1"})
    assert (Payment.objects.get().state, Order.objects.get().state) == ("captured", "paid")


def test_a_page_that_cannot_be_opened_is_told(browser, far_side):
    far_side.kill()
    with clock.at(AT):
        told = browser.post(browser.address, {"page": "1"}, follow=True).content.decode()
    far_side.start()
    assert "not possible just now" in told
    assert (Payment.objects.get().state, hosted.on_page(browser.checkout)) == ("failed", None)


def test_a_page_that_nobody_paid_on_ends(browser, far_side):
    with clock.at(AT):
        browser.post(browser.address, {"page": "1"})
    known = Payment.objects.get().provider_reference
    Stripe().close_page(known)
    assert reconcile.settle_pending(at=LATER) == 1
    assert (Payment.objects.get().state, Payment.objects.get().failure) == ("failed", "expired")


def test_a_shopper_cannot_pay_by_the_sandbox_where_it_is_not_offered(browser, settings):
    settings.SHOPPERS_PAY_BY = ["stripe"]
    with clock.at(AT):
        assert "sandbox" not in browser.get(browser.address).content.decode()
        browser.post(browser.address, {"source": "approve"})
    client = shopper_client(browser.checkout.shopper)
    path, headers = f"/api/v1/checkouts/{browser.checkout.code}/payments", {"Idempotency-Key": "k"}
    answer = client.post(path, {"source": "approve"}, format="json", headers=headers)
    assert (answer.status_code, Payment.objects.count()) == (400, 0)
