"""Coupons on the pages and over the API: what is missing, what is saved and by whom, and what has changed."""

import html
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from chengfeng import clock
from orders import cart
from orders.models import Order
from shops.models import Promotion
from shops.shopper import COOKIE, seal
from tests import factories
from tests.factories import AT

pytestmark = pytest.mark.django_db
BUYER = {
    "email": "sam@example.org", "recipient": "Sam", "country": "CN", "region": "上海市", "city": "黄浦区",
    "street": "Nanjing Road 1",
}  # fmt: skip


@pytest.fixture
def browser(shirt):
    """A shopper's browser with Alice's shirt in the cart."""
    client = Client()
    client.shopper = factories.shopper()
    client.cookies[COOKIE] = seal(client.shopper)
    cart.put(shopper=client.shopper, variant=shirt, quantity=1, at=AT)
    return client


@pytest.fixture(autouse=True)
def then():
    with clock.at(AT):
        yield


def promotion(merchant, kind="coupon", amount="20", **fields) -> Promotion:
    return Promotion.objects.create(
        **{"merchant": merchant, "kind": kind, "benefit": "fixed", "amount": Decimal(amount), "title": "Spring",
           "currency": "CNY", "state": "active", "starts_at": AT - timedelta(days=1), "created_at": AT, **fields}
    )  # fmt: skip


def words(response) -> str:
    text = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", text).split()))


def form(response) -> dict:
    """Return what the till's form would send."""
    page = response.content.decode()
    ticked = re.findall(r'name="coupons" value="([^"]*)" data-counts checked', page)
    return BUYER | {"quote": re.search(r'name="quote" value="([^"]*)"', page)[1], "coupons": ticked}


def test_the_cart_says_what_is_saved_and_what_is_missing(browser, shop):
    promotion(shop, "threshold", threshold=Decimal(100))
    promotion(shop, "threshold", "50", threshold=Decimal(200))
    page = words(browser.get("/cart/"))
    assert "Spring −CN¥20.00" in page
    assert "Spend CN¥80.00 more to save CN¥50.00" in page
    assert "Total CN¥100.00" in page


def test_the_best_coupon_is_ticked_and_another_may_be_chosen(browser, shop):
    best, other = promotion(shop), promotion(shop, amount="5", title="Autumn")
    page = browser.get("/checkout/")
    assert (form(page)["coupons"], "Total CN¥100.00" in words(page)) == ([best.code], True)
    counted = browser.post("/checkout/", BUYER | {"coupons": [other.code], "refresh": "1"})
    assert (form(counted)["coupons"], "Total CN¥115.00" in words(counted)) == ([other.code], True)
    assert browser.post("/checkout/", form(counted) | {"message-alice": "Hi"}).status_code == 302
    assert Order.objects.values_list("total", "message").get() == (115, "Hi")


def test_a_word_that_does_not_count_says_why(browser, shop):
    promotion(shop, word="BIG", is_public=False, threshold=Decimal(500))
    page = words(browser.post("/checkout/", BUYER | {"word": "big", "refresh": "1"}))
    assert "Buy for CN¥380.00 more to use Spring." in page
    page = words(browser.post("/checkout/", BUYER | {"word": "none", "refresh": "1"}))
    assert "none is no coupon of these shops." in page


def test_a_word_stays_with_the_order(browser, shop):
    promotion(shop, word="MINE", is_public=False)
    page = browser.post("/checkout/", BUYER | {"word": "mine", "refresh": "1"})
    order = browser.post("/checkout/", form(page))
    assert (order.status_code, Order.objects.get().discount) == (302, 20)


def test_a_promotion_that_ended_meanwhile_is_named(browser, shop):
    promotion(shop, "threshold")
    page = browser.get("/checkout/")
    Promotion.objects.update(state="ended")
    answer = browser.post("/checkout/", form(page))
    assert "Spring no longer applies: it took off CN¥20.00." in words(answer)
    assert "The total is CN¥120.00 instead of CN¥100.00." in words(answer)
    assert Order.objects.count() == 0
    assert browser.post("/checkout/", form(answer)).status_code == 302


def test_the_order_shows_what_reduced_it_and_who_bears_it(browser, shop):
    promotion(None, title="Double 11")
    browser.post("/checkout/", form(browser.get("/checkout/")))
    page = words(browser.get(f"/my/orders/{Order.objects.get().code}/"))
    assert "Double 11 · from the platform −CN¥20.00" in page


def test_a_quote_over_the_api_is_charged_to_the_cent(api, shop, shirt):
    promotion(shop, word="SAVE", threshold=Decimal(200))
    promotion(None, "threshold", "12", title="Double 11")
    wish = {"lines": [{"variant": shirt.code, "quantity": 2}], "coupons": ["SAVE", "NONE"]}
    quote = api.send("post", "quotes", wish).json()
    (merchant,) = quote["merchants"]
    assert [(d["title"], d["amount"], d["funder"]) for d in merchant["discounts"]] == [
        ("Double 11", "12.0000", "platform"),
        ("Spring", "20.0000", "merchant"),
    ]
    assert (quote["total"], quote["refused"]) == (
        "208.0000",
        [{"coupon": "NONE", "reason": "unknown", "missing": "0.0000"}],
    )
    placed = api.send("post", "checkouts", BUYER | wish | {"quote": quote["quote"], "message": "Hi"})
    assert (placed.status_code, placed.json()["total"], Order.objects.get().message) == (201, "208.0000", "Hi")
    again = api.send("post", "checkouts", BUYER | wish | {"quote": quote["quote"]})
    assert (again.status_code, again.json()["code"]) == (409, "quote_used")


def test_a_quote_of_a_cart_is_good_for_that_cart_alone(api, shirt, hat):
    api.send("put", f"cart/lines/{shirt.code}", {"quantity": 1})
    quote = api.send("post", "quotes", {}).json()
    api.send("put", f"cart/lines/{hat.code}", {"quantity": 1})
    answer = api.send("post", "checkouts", BUYER | {"quote": quote["quote"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "quote_changed")
    assert answer.json()["differences"] == [
        {"what": "added", "of": hat.code, "was": "0", "now": "1"},
        {"what": "total", "of": "", "was": "120.0000", "now": "150.0000"},
    ]


def test_coupons_without_a_quote_count_or_are_refused(api, shop, shirt):
    promotion(shop, word="SAVE", threshold=Decimal(200))
    wish = BUYER | {"lines": [{"variant": shirt.code, "quantity": 1}], "coupons": ["SAVE"]}
    answer = api.send("post", "checkouts", wish)
    assert (answer.status_code, answer.json()["code"]) == (409, "coupons_refused")
    assert answer.json()["coupons"] == [{"coupon": "SAVE", "reason": "below_threshold", "missing": "80.0000"}]


def test_a_quote_that_nobody_made_is_bad_input(api, shirt):
    answer = api.send("post", "checkouts", BUYER | {"lines": [{"variant": shirt.code, "quantity": 1}], "quote": "x"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "quote")
