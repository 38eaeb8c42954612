"""The pages: cart, till, a shopper's orders, and the merchant's console with who may do what."""

import re
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from chengfeng import clock, jobs, outbox
from orders import cart, reconcile
from orders.models import Checkout, Order, OrderLine, Refund, Shipment
from orders.views import till
from shops.models import AuditEntry
from shops.shopper import COOKIE, seal
from tests import factories
from tests.factories import AT

from .conftest import buy, paid, pay

pytestmark = pytest.mark.django_db
ADDRESS = {
    "email": "sam@example.org", "recipient": "Sam", "country": "CN", "region": "上海市", "city": "黄浦区",
    "street": "Nanjing Road 1",
}  # fmt: skip


@pytest.fixture
def browser():
    """A shopper's browser; its `shopper` is the id."""
    client = Client()
    client.shopper = factories.shopper()
    client.cookies[COOKIE] = seal(client.shopper)
    return client


def browser_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(response) -> str:
    """Return the text of a page's main part, without tags."""
    html = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def fill(browser, *lines):
    for variant, quantity in lines:
        cart.put(shopper=browser.shopper, variant=variant, quantity=quantity, at=AT)


def order_all(browser, address="/checkout/", **changes):
    """Look at the till and order what it shows; return the answer."""
    with clock.at(AT):
        return browser.post(address, ADDRESS | {"quote": quoted(browser, address)} | changes)


def quoted(browser, address="/checkout/") -> str:
    """Return the sealed quote that the till shows."""
    found = re.search(r'name="quote" value="([^"]*)"', browser.get(address).content.decode())
    return found[1] if found else ""


def test_a_newcomer_gets_a_cart_of_his_own(shirt):
    browser = Client()
    browser.post("/cart/add/", {"variant": shirt.code, "quantity": 2})
    browser.post("/cart/add/", {"variant": shirt.code, "quantity": 1})
    assert "CN¥360.00" in words(browser.get("/cart/"))
    assert "Your cart is empty" in words(Client().get("/cart/"))


def test_buy_now_goes_to_the_till(browser, shirt):
    response = browser.post("/cart/add/", {"variant": shirt.code, "quantity": 1, "next": "checkout"})
    assert response.url == "/checkout/?currency=CNY"


@pytest.mark.parametrize("form", [{}, {"variant": "x", "quantity": 0}, {"variant": "x", "quantity": "1000"}])
def test_nonsense_does_not_get_into_the_cart(browser, form):
    assert "number of units from 1 to 999" in words(browser.post("/cart/add/", form, follow=True))


def test_the_cart_says_what_has_changed(browser, shirt, hat, shop):
    gone = factories.variant(shop, stock=0)
    fill(browser, (shirt, 1), (hat, 11), (gone, 1))
    shirt.price = Decimal(110)
    shirt.save()
    page = words(browser.get("/cart/"))
    assert "The price has changed from CN¥120.00 to CN¥110.00." in page
    assert "Only 10 left: choose fewer." in page
    assert "No longer available" in page


def test_two_currencies_are_two_checkouts(browser, shirt):
    dollars = factories.variant(factories.merchant(currency="USD"), price="60")
    fill(browser, (shirt, 1), (dollars, 1))
    assert re.findall(r"\?currency=\w+", browser.get("/cart/").content.decode()) == ["?currency=CNY", "?currency=USD"]
    response = order_all(browser, "/checkout/?currency=USD")
    assert (response.status_code, Checkout.objects.get().currency, cart.count(browser.shopper)) == (302, "USD", 1)


def test_from_the_cart_to_the_receipt(browser, shirt, hat):
    fill(browser, (shirt, 2), (hat, 1))
    address = order_all(browser).url
    order = Order.objects.get()
    assert address == f"/pay/{order.checkout.code}/"
    assert "CN¥270.00" in words(browser.get(address))
    with clock.at(AT):
        browser.post(address, {"source": "decline"})
        assert "was declined" in words(browser.get(address))
        browser.post(address, {"source": "approve"})
    assert "Thank you, it is paid" in words(browser.get(address))
    outbox.relay(at=AT)
    (letter,) = mail.outbox
    assert (letter.to, letter.extra_headers["Message-ID"]) == (["sam@example.org"], f"<{order.code}.paid@chengfeng>")
    assert all(text in letter.body for text in ("CN¥270.00", order.code, f"/my/orders/{order.code}/"))


def test_a_form_sent_twice_is_one_checkout(browser, shirt):
    fill(browser, (shirt, 1))
    form = ADDRESS | {"quote": quoted(browser)}
    with clock.at(AT):
        first, again = (browser.post("/checkout/", form) for _ in range(2))
    assert (Checkout.objects.count(), again.url) == (1, first.url)


def test_an_old_form_does_not_order_a_cart_that_was_filled_again(browser, shirt):
    fill(browser, (shirt, 1))
    form = ADDRESS | {"quote": quoted(browser)}
    with clock.at(AT):
        first = browser.post("/checkout/", form)
        fill(browser, (shirt, 1))
        again = browser.post("/checkout/", form)
    assert (again.url, Checkout.objects.count(), cart.count(browser.shopper)) == (first.url, 1, 1)


def test_a_window_that_shows_another_cart_orders_nothing(browser, shirt, hat):
    fill(browser, (shirt, 1))
    old = quoted(browser)
    fill(browser, (hat, 2))
    page = words(order_all(browser, quote=old))
    assert f"{hat.product.title} has been added." in page
    assert "The total is CN¥180.00 instead of CN¥120.00." in page
    assert Checkout.objects.count() == 0


def test_a_price_that_changed_is_shown_before_it_is_paid(browser, shirt):
    fill(browser, (shirt, 1))
    shown = quoted(browser)
    type(shirt).objects.update(price=Decimal(110))
    page = words(order_all(browser, quote=shown))
    assert "Your cart has changed meanwhile" in page
    assert f"{shirt.product.title} costs CN¥110.00 instead of CN¥120.00." in page
    assert Checkout.objects.count() == 0
    assert order_all(browser).status_code == 302


def test_an_address_is_asked_for_where_one_is_needed(browser, shirt, shop):
    fill(browser, (shirt, 1))
    page = words(order_all(browser, street="", email="sam"))
    assert ("Which street and number?" in page, "This is no e-mail address." in page) == (True, True)
    service = factories.variant(shop, product=factories.product(shop, is_service=True))
    other = Client()
    other.shopper = factories.shopper()
    other.cookies[COOKIE] = seal(other.shopper)
    fill(other, (service, 1))
    assert order_all(other, street="", city="").status_code == 302


def test_what_got_no_answer_is_asked_about_as_soon_as_patience_is_over(browser, shirt):
    fill(browser, (shirt, 1))
    address = order_all(browser).url
    with clock.at(AT):
        browser.post(address, {"source": "hang"})
        assert "we ask the provider ourselves within a minute" in words(browser.get(address))
    with clock.at(AT + reconcile.PATIENCE):
        assert "every 2s" in browser.get(address).content.decode()
        jobs.run_due(at=AT + reconcile.PATIENCE)
        assert "Thank you, it is paid" in words(browser.get(address))


def test_a_long_wait_is_named_and_asks_less_often(browser, shirt):
    checkout = buy(shirt, shopper=browser.shopper)
    pay(checkout, "hang")
    with clock.at(AT + till.LONG):
        page = browser.get(f"/pay/{checkout.code}/")
    assert "every 10s" in page.content.decode()
    assert "You paid at noon and the provider has not answered." in words(page)


def test_a_pending_payment_says_so_and_looks_again(browser, shirt):
    checkout = buy(shirt, shopper=browser.shopper)
    pay(checkout, "hang")
    address = f"/pay/{checkout.code}/"
    with clock.at(AT):
        assert 'hx-trigger="every 2s"' in browser.get(address).content.decode()
        assert "<html" not in browser.get(address, headers={"HX-Request": "true"}).content.decode()
        browser.post(address, {"source": "approve"})
    assert checkout.payments.count() == 1


def test_orders_belong_to_the_browser_and_to_the_account(browser, sam, shirt):
    mine = buy(shirt, shopper=browser.shopper).orders.get()
    account = buy(shirt, user=sam).orders.get()
    assert browser.get(f"/my/orders/{mine.code}/").status_code == 200
    assert browser_of(sam).get(f"/my/orders/{account.code}/").status_code == 200
    foreign = [f"/my/orders/{account.code}/", f"/pay/{account.checkout.code}/"]
    assert [browser.get(address).status_code for address in foreign] == [404, 404]
    assert browser.post(f"/my/orders/{account.code}/receipt/").status_code == 404


def test_a_shopper_confirms_what_arrived(browser, shirt, shop, bob):
    order = paid(shirt, shopper=browser.shopper)
    address = f"/my/orders/{order.code}/"
    assert "not on its way" in words(browser.post(f"{address}receipt/", follow=True))
    browser_of(bob).post(f"/console/{shop.code}/orders/{order.code}/ship/", {"carrier": "SF", "tracking": "123"})
    assert "I have received it" in words(browser.get(address))
    browser.post(f"{address}receipt/")
    order.refresh_from_db()
    assert order.state == "delivered"


@pytest.mark.parametrize(
    ("q", "found"),
    [("sam@", 2), ("Sam", 2), ("SKU-9", 1), ("TRACK-1", 1), ("nobody", 0), ("a" * 101, 0), ("\x00", 0)],
)
def test_a_merchant_finds_orders(alice, shop, q, found):
    order = paid(factories.variant(shop, sku="SKU-9"))
    paid(factories.variant(shop))
    Shipment.objects.create(merchant=shop, order=order, tracking="TRACK-1", shipped_at=AT)
    page = browser_of(alice).get(f"/console/{shop.code}/orders/?q={quote(q)}")
    assert len(set(re.findall(r"ord_\w{16}/", page.content.decode()))) == found


def test_days_are_the_merchants_own(alice, shop, shirt):
    paid(shirt)
    listed = browser_of(alice).get
    days = ["first=2026-03-10&last=2026-03-10", "last=2026-03-09", "first=2026-03-11"]
    pages = [listed(f"/console/{shop.code}/orders/?{day}").content.decode() for day in days]
    assert ["ord_" in page for page in pages] == [True, False, False]


def test_states_are_counted(alice, shop, shirt):
    paid(shirt)
    buy(shirt)
    with clock.at(AT):
        page = words(browser_of(alice).get(f"/console/{shop.code}/orders/?state=paid"))
    assert page.count("sam@example.org") == 1
    assert (
        "Needs me 1 All 2 Awaiting payment 1 Deposit paid 0 Paid 1 Partly shipped 0 Shipped 0 Delivered 0 Cancelled 0"
    ) in page


def test_many_orders_are_shipped_at_once(bob, shop, shirt):
    orders = [paid(shirt), paid(shirt), buy(shirt).orders.get()]
    chosen = {"order": [order.code for order in orders]}
    page = words(browser_of(bob).post(f"/console/{shop.code}/orders/ship/", chosen, follow=True))
    assert ("2 orders shipped." in page, "1 order could not be shipped." in page) == (True, True)
    assert AuditEntry.objects.filter(verb="order.ship", actor=bob).count() == 2


def test_the_console_refunds_and_cancels(bob, shop, shirt):
    order, other = paid((shirt, 2)), paid(shirt)
    console = browser_of(bob)
    address = f"/console/{shop.code}/orders/{order.code}/"
    line = order.lines.get().code
    assert console.post(f"{address}refund/", {line: "3"}).status_code == 422
    console.post(f"{address}refund/", {line: "1", "reason": "Too small", "restock": "on"})
    page = words(console.get(address))
    assert all(text in page for text in ("Too small · Bob", "back on the shelf", "−CN¥120.00"))
    console.post(f"/console/{shop.code}/orders/{other.code}/cancel/", {"reason": "merchant"})
    assert list(Refund.objects.order_by("pk").values_list("amount", "state")) == [(120, "done"), (120, "done")]


def test_the_console_says_why_in_the_language_of_the_reader(bob, shop, shirt):
    order = paid((shirt, 2))
    console, address = browser_of(bob), f"/console/{shop.code}/orders/{order.code}/"
    console.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    lines = {OrderLine.objects.get().code: "0"}
    assert "请选择退款内容。" in words(console.post(f"{address}refund/", lines))
    unpaid = buy(shirt).orders.get()
    answer = console.post(f"/console/{shop.code}/orders/{unpaid.code}/refund/", {unpaid.lines.get().code: "1"})
    assert answer.context["refund_form"].non_field_errors() == ["该订单尚未付款。"]
    console.post(f"{address}cancel/", {"reason": "unavailable"})
    assert Refund.objects.get().reason == "cancelled:unavailable"
    assert "商品缺货" in words(console.get(address))


def test_an_order_refunded_whole_has_no_button_to_ship(bob, shop, shirt):
    order = paid(shirt)
    console, address = browser_of(bob), f"/console/{shop.code}/orders/{order.code}/"
    assert console.get(address).context["can_ship"]
    console.post(f"{address}refund/", {order.lines.get().code: "1"})
    assert not console.get(address).context["can_ship"]
    assert "cannot be shipped" in words(console.post(f"{address}ship/", follow=True))


@pytest.mark.parametrize("action", ["ship", "deliver", "cancel", "refund"])
def test_each_button_wants_its_right(shop, shirt, dana, fay, charlie, action):
    order = paid(shirt)
    address = f"/console/{shop.code}/orders/{order.code}/"
    fay_may = action in ("cancel", "refund")
    assert browser_of(charlie).post(f"{address}{action}/").status_code == 404
    assert browser_of(dana).post(f"{address}{action}/").status_code == 403
    assert (browser_of(fay).post(f"{address}{action}/").status_code == 403) is not fay_may
    assert Client().post(f"{address}{action}/").url.startswith("/accounts/login/")
    order.refresh_from_db()
    assert order.state == "paid"


def test_a_foreign_order_is_no_order(alice, shop, foreign_shop):
    foreign = paid(factories.variant(foreign_shop))
    alices = browser_of(alice)
    assert alices.get(f"/console/{shop.code}/orders/{foreign.code}/").status_code == 404
    alices.post(f"/console/{shop.code}/orders/ship/", {"order": [foreign.code]})
    foreign.refresh_from_db()
    assert foreign.state == "paid"
