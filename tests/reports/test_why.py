"""The page, and the answer to programs, that say why an order is owed to an ad under any rule."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from reports.why import LOST, STILL_UNPAID, TAKEN_BACK, UNPAID, UNSETTLED
from shops.tokens import issue
from tests import factories

from . import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def clicked(shop):
    """Sam clicks two ads for two goods of 100 and 50."""
    now = timezone.now()
    world.fund(shop, at=now - timedelta(days=1))
    goods, other = factories.variant(shop, stock=9), factories.variant(shop, price="50", stock=9)
    sam = uuid.uuid4()
    for minutes, each in ((40, goods), (30, other)):
        ad = world.campaign(shop, each.product, at=now, name=str(minutes))
        world.click(ad, at=now - timedelta(minutes=minutes), shopper=sam)
    return goods, sam


@pytest.fixture
def explained(client, alice, shop):
    client.force_login(alice)

    def ask(order, **query):
        return client.get(reverse("reports:order_trail", args=[shop.code, order.code]), query)

    return ask


def place(clicked):
    goods, sam = clicked
    return world.place(goods, at=timezone.now() - timedelta(minutes=20), shopper=sam)


def parts(why) -> dict:
    """Return what is credited of the sale and after refunds, by the names of campaigns."""
    return {touch.candidate.campaign.name: (touch.candidate.sold, touch.candidate.amount) for touch in why.taken}


def test_an_order_is_explained_under_the_rule_that_the_address_names(clicked, explained):
    order = place(clicked)
    world.pay(order, at=timezone.now() - timedelta(minutes=10))
    world.refund(order, "10", at=timezone.now())
    assert parts(explained(order).context["why"]) == {"40": (100, 90)}
    assert parts(explained(order, rule="linear_7d").context["why"]) == {"40": (50, 45), "30": (50, 45)}
    assert parts(explained(order, rule="claimed_7d", scope="product").context["why"]) == {"40": (100, 90)}
    page = explained(order, rule="gmvmax_all_orders")
    assert (page.context["why"].trail.sold, page.context["why"].taken) == (100, [])
    assert "This is not attribution." in page.content.decode()
    only = explained(order, why="recency", rule="last_recency_7d").context["page"]
    assert [touch.candidate.campaign.name for touch in only] == ["40"]


def test_credited_touches_come_first_unless_time_is_asked_for(clicked, explained):
    order = place(clicked)
    world.pay(order, at=timezone.now() - timedelta(minutes=10))
    first = [explained(order, **query).context["page"][0].candidate for query in ({}, {"sort": "time"})]
    assert [candidate.campaign.name for candidate in first] == ["40", "30"]


def test_a_rule_that_is_none_is_said_at_its_field(clicked, explained):
    order = place(clicked)
    for query, field in [({"click": "91d"}, "click"), ({"rule": "mine"}, "rule"), ({"scope": "moon"}, "scope")]:
        page = explained(order, **query)
        assert (set(page.context["form"].errors), "why" in page.context) == ({field}, False)


def test_what_is_not_paid_counts_where_placed_orders_do(clicked, explained):
    order = place(clicked)
    paid, placed = (explained(order, state=state).context["why"] for state in ("paid", "placed"))
    assert (paid.trail, paid.remark) == (None, UNPAID)
    assert (parts(placed), placed.remark) == ({"40": (100, 100)}, STILL_UNPAID)
    world.give_up(order, at=timezone.now())
    paid, placed = (explained(order, state=state).context["why"] for state in ("paid", "placed"))
    assert (paid.trail, paid.remark) == (None, LOST)
    assert (parts(placed), placed.remark) == ({"40": (100, 0)}, TAKEN_BACK)


def test_what_is_not_settled_is_shown_as_it_will_be(clicked, explained):
    order = place(clicked)
    world.pay(order, at=timezone.now())
    why = explained(order, state="settled").context["why"]
    assert (parts(why), why.remark) == ({"40": (100, 100)}, UNSETTLED)


def test_the_trail_is_for_those_who_may_see_reports(client, shop, clicked, charlie, bob, dana):
    order = place(clicked)
    address = reverse("reports:order_trail", args=[shop.code, order.code])
    found = {}
    for user in (charlie, bob, dana):
        client.force_login(user)
        found[user.name] = client.get(address).status_code
    assert found == {"Charlie": 404, "Bob": 403, "Dana": 200}


@pytest.fixture
def program(shop, alice):
    _, secret = issue(merchant=shop, name="t", rights=["reports.view"], by=alice, at=timezone.now())
    return {"headers": {"Authorization": f"Bearer {secret}"}}


def test_a_program_is_told_the_same(client, clicked, program):
    order = place(clicked)
    world.pay(order, at=timezone.now() - timedelta(minutes=10))
    address = reverse("reports:api_order_why", args=[order.code])
    told = client.get(address, {"rule": "linear_7d", "click": "14d"}, **program).json()
    assert (told["credited"], told["rule"]["counts"][0]["window_seconds"], told["posted"]) == ("100.0000", 1209600, [])
    whys = {(touch["kind"], touch["verdicts"][0]["why"], touch["verdicts"][0]["share"]) for touch in told["touches"]}
    assert whys == {
        ("click", "taken", "0.50000000"),
        ("viewable", "kind", "0.00000000"),
        ("impression", "kind", "0.00000000"),
    }
    assert len(client.get(address, **program).json()["posted"]) == 1
    assert client.get(address, {"click": "91d"}, **program).json()["errors"][0]["field"] == "click"
    assert client.get(reverse("reports:api_order_why", args=["ord_none"]), **program).status_code == 404
