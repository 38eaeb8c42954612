"""Linked devices: what was clicked on one and bought on another is credited, however late that is known."""

from datetime import timedelta
from decimal import Decimal

import pytest

from ads import audiences
from ads.attribution import restating
from ads.models import Conversion, Credit
from chengfeng import clock, outbox
from chengfeng.models import OutboxMessage
from orders import checkout
from shops.identity.linking import link
from shops.models import Link
from tests import factories
from tests.factories import AT
from tests.orders.conftest import CONTACT

from . import adverts

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LOGIN = Link.Evidence.LOGIN


@pytest.fixture
def phone():
    return factories.shopper()


@pytest.fixture
def laptop():
    return factories.shopper()


@pytest.fixture
def ad(shop):
    return adverts.ad(shop)


def buy(ad, shopper, order_code="ord_1", *, at=AT, value="100"):
    lines = [adverts.sold(f"{order_code}-1", ad.product, value)]
    return adverts.convert(
        merchant=ad.merchant, order_code=order_code, shopper=shopper, currency="CNY", lines=lines, at=at
    )


def hear(*, at=AT + 2 * DAY):
    with clock.at(at):
        outbox.relay(at=at)


def stands(order_code="ord_1") -> list[tuple]:
    """Return the credits of an order, in the order of posting."""
    rows = Credit.objects.filter(line__conversion__order_code=order_code).order_by("pk")
    return [(row.token, row.amount, row.reason) for row in rows]


def test_a_click_on_the_phone_is_credited_once_the_phone_is_known_to_be_the_buyer_s(ad, phone, laptop, sam):
    click = adverts.event(ad, shopper=phone, at=AT - DAY)
    link(laptop, sam, evidence=LOGIN, at=AT - DAY)
    assert buy(ad, laptop) == []
    hear(at=AT)
    link(phone, sam, evidence=LOGIN, at=AT + DAY)
    hear()
    outbox.deliver(OutboxMessage.objects.latest("pk"))
    assert stands() == [(click.token, Decimal(100), "linked")]
    credit = Credit.objects.get()
    assert (credit.at, credit.posted_at) == (AT, AT + 2 * DAY)
    assert credit.cause == str(Link.objects.get(shopper=phone).pk)


def test_a_touch_goes_to_the_later_click_of_the_other_device(ad, phone, laptop, sam):
    early = adverts.event(ad, shopper=laptop, at=AT - 2 * DAY)
    late = adverts.event(ad, shopper=phone, at=AT - DAY)
    link(laptop, sam, evidence=LOGIN, at=AT - 3 * DAY)
    buy(ad, laptop)
    link(phone, sam, evidence=LOGIN, at=AT + DAY)
    hear()
    amounts = [(early.token, 100, "initial"), (early.token, -100, "linked"), (late.token, 100, "linked")]
    assert sorted(stands()) == sorted((token, Decimal(amount), reason) for token, amount, reason in amounts)


def test_what_was_clicked_before_the_device_was_theirs_stays_another_s(ad, phone, laptop, sam):
    link(phone, factories.person("tim"), evidence=LOGIN, at=AT - 3 * DAY)
    adverts.event(ad, shopper=phone, at=AT - 2 * DAY)
    link(laptop, sam, evidence=LOGIN, at=AT - DAY)
    link(phone, sam, evidence=LOGIN, at=AT - DAY)
    buy(ad, laptop)
    hear()
    assert stands() == []


def test_clicks_of_a_device_kept_apart_count_for_that_device_alone(ad, phone, laptop, sam):
    audiences.opt_out(phone, at=AT - 2 * DAY)
    click = adverts.event(ad, shopper=phone, at=AT - DAY)
    link(laptop, sam, evidence=LOGIN, at=AT - DAY)
    link(phone, sam, evidence=LOGIN, at=AT - DAY)
    buy(ad, laptop)
    buy(ad, phone, "ord_2")
    hear()
    assert (stands(), stands("ord_2")) == ([], [(click.token, Decimal(100), "initial")])


def test_what_another_bought_on_a_shared_device_makes_nobody_a_known_customer(ad, phone, laptop, sam):
    link(laptop, factories.person("tim"), evidence=LOGIN, at=AT - 9 * DAY)
    buy(ad, laptop, "ord_1", at=AT - 8 * DAY)
    link(laptop, sam, evidence=LOGIN, at=AT - 7 * DAY)
    link(phone, sam, evidence=LOGIN, at=AT - 7 * DAY)
    buy(ad, phone, "ord_2", at=AT - 6 * DAY)
    buy(ad, laptop, "ord_3")
    assert list(Conversion.objects.order_by("order_code").values_list("is_new", flat=True)) == [True, True, False]


def test_a_purchase_while_logged_in_links_the_device_in_the_same_statement(shop, phone, sam, django_assert_num_queries):
    variant = factories.variant(shop)
    lines = [(variant.code, 1)]
    with django_assert_num_queries(2):
        checkout.place(shopper=factories.shopper(), contact=CONTACT, at=AT, lines=lines)
    with django_assert_num_queries(2):
        checkout.place(shopper=phone, contact=CONTACT, at=AT, lines=lines, user=sam)
    assert Link.objects.values_list("shopper", "person", "evidence", "at").get() == (phone, sam.person, "checkout", AT)


def test_many_sales_are_restated_in_batches(ad, phone, laptop, sam, monkeypatch):
    monkeypatch.setattr(restating, "BATCH", 2)
    adverts.event(ad, shopper=phone, at=AT - DAY)
    link(laptop, sam, evidence=LOGIN, at=AT - DAY)
    for number in range(5):
        buy(ad, laptop, f"ord_{number}")
    link(phone, sam, evidence=LOGIN, at=AT + DAY)
    hear()
    assert [len(stands(f"ord_{number}")) for number in range(5)] == [1] * 5
