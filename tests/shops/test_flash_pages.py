"""Pages of flash sales and presales: written, published, watched, and shown in the shop."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse

from shops.catalogue import stock
from shops.models import FlashItem, FlashSale, Presale, Variant
from shops.promotions import flash, presales
from shops.tenancy import access_of
from tests import factories
from tests.factories import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("chengfeng.clock.now", lambda: AT)


@pytest.fixture
def shirt(shop):
    return factories.variant(shop, stock=8)


@pytest.fixture
def owner(client, alice):
    client.force_login(alice)
    return client


def fields(variant, **changes) -> dict:
    """What a person enters for a sale of today noon to one, by the clock of Shanghai."""
    sale = {"title": "Noon", "starts_at": "2026-03-10T12:00", "ends_at": "2026-03-10T13:00", "variant": variant.code}
    item = {"price": "60", "quantity": "5", "per_buyer": "2"} | changes.pop("item", {})
    return sale | {f"{variant.code}-{name}": value for name, value in item.items()} | changes


def page(shop, *path: str) -> str:
    return "/".join(["/console", shop.code, *path, ""])


def test_a_sale_is_written_published_and_ended(owner, shop, shirt):
    owner.post(page(shop, "flash-sales", "new"), fields(shirt))
    sale, item = FlashSale.objects.get(), FlashItem.objects.get()
    assert (sale.starts_at, item.price, item.quantity, item.per_buyer) == (AT, 60, 5, 2)
    owner.post(page(shop, "flash-sales", sale.code, "edit"), fields(shirt, item={"quantity": "4"}))
    for verb, state, left in (("publish", "planned", 4), ("end", "closed", 0)):
        owner.post(page(shop, "flash-sales", sale.code, "state"), {"verb": verb})
        sale.refresh_from_db()
        item.refresh_from_db()
        assert (sale.state, item.quantity, item.left) == (state, 4, left)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ends_at": "2026-03-10T12:00"}, "It must end after it starts."),
        ({"item": {"price": "100"}}, "It must be below the ordinary price."),
        ({"item": {"price": "0.001"}}, "There is no such small coin."),
        ({"item": {"quantity": "0"}}, "greater than or equal to 1"),
    ],
)
def test_what_is_wrong_is_said_and_kept(owner, shop, shirt, changes, said):
    answer = owner.post(page(shop, "flash-sales", "new"), fields(shirt, **changes))
    text = answer.content.decode()
    assert (answer.status_code, said in text, 'value="Noon"' in text) == (422, True, True)
    assert FlashSale.objects.count() == 0


def test_the_picker_keeps_what_was_entered(owner, shop, shirt):
    hat = factories.variant(shop)
    answer = owner.post(page(shop, "flash-sales", "new"), fields(shirt, title="Half", add=hat.code))
    text = answer.content.decode()
    assert [form.variant for form in answer.context["items"].forms] == [shirt, hat]
    assert ('value="Half"' in text, f'name="{shirt.code}-price" value="60"' in text) == (True, True)


def test_a_draft_is_thrown_away_and_a_published_sale_is_not(owner, alice, shop, shirt):
    for is_published in (False, True):
        owner.post(page(shop, "flash-sales", "new"), fields(shirt))
        sale = FlashSale.objects.get()
        if is_published:
            flash.publish(access_of(alice, shop, at=AT), sale, at=AT)
        owner.post(page(shop, "flash-sales", sale.code, "state"), {"verb": "discard"})
        assert FlashSale.objects.exists() == is_published


@pytest.fixture
def running(shop, alice, shirt):
    sale = FlashSale.objects.create(
        merchant=shop, title="Noon", starts_at=AT, ends_at=AT + timedelta(hours=1), created_at=AT
    )
    item = sale.items.create(merchant=shop, variant=shirt, price=Decimal(60), quantity=5, per_buyer=2)
    flash.publish(access_of(alice, shop, at=AT), sale, at=AT)
    return item


def buy(item, quantity):
    wanted = stock.Wanted("ord_1", item.variant, quantity, item, factories.shopper())
    with transaction.atomic():
        stock.hold_all([wanted], at=AT, expires_at=AT)


def test_the_page_of_a_running_sale_counts_what_is_gone(owner, shop, running, django_assert_num_queries):
    buy(running, 2)
    address = page(shop, "flash-sales", running.sale.code)
    total = owner.get(address).context["total"]
    assert total == {"units": 5, "sold": 0, "pending": 2, "left": 3, "value": 0}
    stock.take(cause="ord_1", at=AT)
    with django_assert_num_queries(8):
        answer = owner.get(address, headers={"HX-Request": "true"})
    assert answer.context["total"] == {"units": 5, "sold": 2, "pending": 0, "left": 3, "value": 120}
    assert sum(answer.context["chart"]["series"][0]["data"]) == 2


@pytest.mark.parametrize(("units", "quantity"), [("7", 7), ("9", 5), ("x", 5)])
def test_units_are_changed_while_it_runs(owner, shop, running, units, quantity):
    owner.post(page(shop, "flash-sales", running.sale.code, "items", running.code), {"units": units})
    running.refresh_from_db()
    assert running.quantity == quantity


def test_the_shop_shows_the_flash_price(client, running):
    product = running.variant.product
    assert "¥60.00" in client.get(f"/p/{product.code}/").content.decode()
    assert client.get("/search/").context["page"].object_list[0].flash == running
    sales, coming = (client.get("/flash/").context[name] for name in ("running", "coming"))
    assert ([sale.shown for sale in sales], coming) == ([[running]], [])


def test_what_is_sold_out_in_a_sale_is_sold_at_its_ordinary_price_again(client, running):
    buy(running, 2)
    stock.take(cause="ord_1", at=AT)
    FlashItem.objects.update(left=0)
    (variant,) = client.get(f"/p/{running.variant.product.code}/").context["variants"]
    assert (variant.flash, variant.offered) == (None, Variant.objects.get().available)


def presale_fields(goods, **changes) -> dict:
    times = {"starts_at": "10T12:00", "ends_at": "12T12:00", "balance_from": "13T12:00", "balance_until": "15T12:00"}
    dates = {name: f"2026-03-{time}" for name, time in (times | {"ships_by": "20T12:00"}).items()}
    return {"title": "Early", "price": "90", "deposit": "20", "variant": goods.code, **dates, **changes}


def test_a_presale_is_written_published_shown_and_closed(owner, shop, shirt):
    owner.post(page(shop, "presales", "new"), presale_fields(shirt))
    presale = Presale.objects.get()
    address = page(shop, "presales", presale.code)
    owner.post(f"{address}state/", {"verb": "publish"})
    (variant,) = owner.get(f"/p/{shirt.product.code}/").context["variants"]
    assert variant.presale == presale
    assert f"/presale/{presale.code}/" in owner.get(f"/p/{shirt.product.code}/").content.decode()
    owner.post(f"{address}state/", {"verb": "close"})
    presale.refresh_from_db()
    assert (presale.state, owner.get(address).status_code) == ("closed", 200)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"deposit": "90"}, "The deposit must be below the price."),
        ({"balance_until": "2026-03-13T12:00"}, "The time of the balance must end after it starts."),
        ({"ships_by": "2026-03-12T12:00"}, "It ships after the balance can be paid."),
        ({"variant": ""}, "Choose what is sold ahead."),
    ],
)
def test_what_is_wrong_with_a_presale_is_said(owner, shop, shirt, changes, said):
    answer = owner.post(page(shop, "presales", "new"), presale_fields(shirt, **changes))
    assert (answer.status_code, said in answer.content.decode(), Presale.objects.count()) == (422, True, 0)


def test_a_shopper_reserves_on_a_page(client, shop, alice, shirt):
    access = access_of(alice, shop, at=AT)
    made = Presale(merchant=shop, variant=shirt, title="Early", price=90, deposit=20, created_at=AT, starts_at=AT)
    made.ends_at, made.balance_from = AT + timedelta(days=1), AT + timedelta(days=2)
    made.balance_until, made.ships_by = AT + timedelta(days=3), AT + timedelta(days=4)
    made.save()
    presales.publish(access, made, at=AT)
    address = f"/presale/{made.code}/"
    shown = client.get(f"{address}?quantity=2").context["terms"]
    assert (shown.deposit, shown.goods) == (40, 180)
    person = {"email": "sam@example.org", "recipient": "Sam", "street": "Unter den Linden 1"}
    place = {"country": "DE", "postal_code": "10117", "city": "Berlin"}
    body = person | place | {"quantity": "2", "total": str(shown.total)}
    answer = client.post(address, body)
    assert answer.status_code == 302, answer.context["form"].errors
    pay = client.get(answer.url)
    assert (pay.context["left"], pay.context["word"]) == (40, "open")
    client.post(answer.url, {"source": "approve"})
    assert client.get(answer.url).context["word"] == "deposit"
    client.force_login(alice)
    listed = client.get(page(shop, "presales", made.code, "orders"))
    assert (listed.context["standing"].deposits, len(listed.context["page"])) == (40, 1)


@pytest.mark.parametrize(
    ("starts", "left", "price", "said"),
    [
        (1, 2, 100, "CN¥60 while it lasts"),
        (-1, 2, 60, "0% sold"),
        (-1, 0, 100, "The units at the flash price are gone; it costs CN¥100 now."),
    ],
)
def test_a_product_says_that_a_flash_sale_comes_runs_or_is_sold_out(
    client, shop, alice, shirt, starts, left, price, said
):
    since = AT + timedelta(hours=starts)
    sale = FlashSale.objects.create(
        merchant=shop, title="Noon", starts_at=since, ends_at=since + timedelta(hours=9), created_at=AT
    )
    sale.items.create(merchant=shop, variant=shirt, price=60, quantity=2)
    flash.publish(access_of(alice, shop, at=AT), sale, at=AT)
    FlashItem.objects.update(left=left)
    answer = client.get(reverse("shops:product", args=[shirt.product.code]))
    text = " ".join(answer.content.decode().split())
    assert (f"CN¥{price}.00</span>" in text, said in text.replace(".00", "")) == (True, True)
