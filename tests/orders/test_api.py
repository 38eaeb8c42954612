"""The API of the till: the whole way by HTTP, repeats, refusals, and the stranger who finds nothing."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from chengfeng.models import Entry, SandboxCharge
from orders import cart
from orders.models import Checkout, Order, Payment, Refund
from shops.models import AuditEntry
from shops.people.rights import Right
from tests import factories
from tests.factories import AT

from .conftest import buy, merchant_client, paid, shopper_client

pytestmark = pytest.mark.django_db
BUYER = {"email": "sam@example.org", "recipient": "Sam"}


def wanted(*lines, **fields) -> dict:
    return BUYER | {"lines": [{"variant": variant.code, "quantity": n} for variant, n in lines]} | fields


def problem(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


@pytest.fixture
def system(shop, alice):
    """Alice's system, with every right."""
    return merchant_client(shop, alice)


def post(client, path, body=None, key=None):
    headers = {"Idempotency-Key": key or factories.shopper().hex}
    return client.post(f"/api/v1/{path}", body or {}, format="json", headers=headers)


def test_the_whole_way(api, system, shop, shirt):
    placed = api.send("post", "checkouts", wanted((shirt, 2), external_reference="A1")).json()
    code = placed["orders"][0]["code"]
    assert (placed["currency"], placed["total"], placed["external_reference"]) == ("CNY", "240.0000", "A1")
    answer = api.send("post", f"checkouts/{placed['code']}/payments", {"source": "approve"}).json()
    assert (answer["state"], answer["amount"], answer["method"]) == ("captured", "240.0000", "credit_card")
    assert api.send("get", f"checkouts/{placed['code']}").json()["orders"][0]["state"] == "paid"
    shipped = post(system, "shipments", {"shipments": [{"order": code, "carrier": "SF", "tracking": "1"}]})
    assert shipped.json() == {"results": [{"order": code, "status": "done", "state": "shipped"}]}
    post(system, "deliveries", {"orders": [code]})
    order = system.get(f"/api/v1/orders/{code}").json()
    assert (order["state"], order["shipments"][0]["tracking"], order["lines"][0]["shipped"]) == ("delivered", "1", 2)
    line = order["lines"][0]["code"]
    refund = post(system, f"orders/{code}/refunds", {"lines": [{"line": line, "quantity": 1}], "restock": True})
    assert (refund.status_code, refund.json()["amount"], refund.json()["refunds"][0]["state"]) == (
        201,
        "120.0000",
        "done",
    )
    verbs = AuditEntry.objects.order_by("number").values_list("verb", flat=True)
    assert list(verbs) == ["order.ship", "order.deliver", "order.refund"]
    assert Entry.objects.filter(account__owner=shop.code).aggregate(sum=Sum("amount"))["sum"] == 120


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("checkouts", lambda s: wanted((s.shirt, 1))),
        ("checkouts/{checkout}/payments", lambda s: {"source": "approve"}),
    ],
)
def test_the_same_key_gets_the_same_answer_and_another_body_none(api, shirt, path, body):
    checkout = buy(shirt, shopper=api.shopper)
    body = body(type("S", (), {"shirt": shirt}))
    first, again = (api.send("post", path.format(checkout=checkout.code), body, key="k") for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    other = api.send("post", path.format(checkout=checkout.code), body | {"x": 1}, key="k")
    assert problem(other) == (422, "idempotency_key_reused")
    assert (Checkout.objects.count(), SandboxCharge.objects.count()) in {(2, 0), (1, 1)}


def test_a_payment_that_died_half_way_is_resumed_by_its_repeat(api, shirt, monkeypatch):
    checkout = buy(shirt, shopper=api.shopper)
    path = f"checkouts/{checkout.code}/payments"
    with monkeypatch.context() as patch:
        patch.setattr("orders.payment.conclude", lambda *_args, **_details: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            api.send("post", path, {"source": "approve"}, key="k")
    answer = api.send("post", path, {"source": "approve"}, key="k")
    assert (answer.json()["state"], Payment.objects.count()) == ("captured", 1)


def test_a_refund_is_given_once_per_key(system, shirt):
    order = paid((shirt, 2))
    body = {"lines": [{"line": order.lines.get().code, "quantity": 1}]}
    answers = [post(system, f"orders/{order.code}/refunds", body, key="k").json() for _ in range(2)]
    assert (answers[0], Refund.objects.count()) == (answers[1], 1)


def test_a_write_needs_its_key(api, shirt):
    response = api.client.post("/api/v1/checkouts", wanted((shirt, 1)), format="json")
    assert problem(response) == (400, "idempotency_key_missing")


def test_sold_out_says_what_is_left_and_may_be_tried_again(api, shirt):
    response = api.send("post", "checkouts", wanted((shirt, 11)), key="k")
    assert problem(response) == (409, "out_of_stock")
    assert response.json()["lines"] == [{"variant": shirt.code, "available": 10}]
    shirt.on_hand = 11
    shirt.save()
    assert api.send("post", "checkouts", wanted((shirt, 11)), key="k").status_code == 201


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"email": "sam"}, "email", "invalid"),
        ({"recipient": ""}, "recipient", "blank"),
        ({"lines": [{"variant": "sku_0", "quantity": 1}]}, "lines", "unknown"),
        ({"lines": [{"variant": "sku_0", "quantity": 0}]}, "lines.0.quantity", "min_value"),
        ({"lines": [{"variant": "s", "quantity": 1}] * 2}, "lines", "repeated"),
        ({"lines": []}, "lines", "empty"),
        ({"offers": ["x"]}, "offers", "refused"),
    ],
)
def test_bad_input_is_named(api, change, field, rule):
    response = api.send("post", "checkouts", BUYER | change)
    assert response.status_code == 400
    assert [(error["field"], error["rule"]) for error in response.json()["errors"]] == [(field, rule)]


def test_an_offer_travels_from_merchant_to_shopper(api, system, shop, shirt):
    quote = {"lines": [{"sku": shirt.sku, "quantity": 2, "unit_price": "99.5"}], "shipping": "7.3", "discount": "1"}
    offer = post(system, "offers", quote).json()
    placed = api.send("post", "checkouts", BUYER | {"offers": [offer["offer"]]}).json()
    assert (offer["total"], placed["total"]) == ("205.3000", "205.3000")
    again = api.send("post", "checkouts", BUYER | {"offers": [offer["offer"]]})
    assert problem(again) == (409, "offer_used")


@pytest.mark.parametrize(
    ("quote", "field"),
    [
        ({"lines": [{"sku": "none", "quantity": 1}]}, "lines.0.sku"),
        ({"lines": []}, "lines"),
        ({"lines": [{"sku": "S", "quantity": 1}], "discount": "121"}, "discount"),
        ({"lines": [{"sku": "S", "quantity": 1}], "shipping": "-1"}, "shipping"),
    ],
)
def test_an_offer_that_makes_no_sense(system, shop, quote, field):
    factories.variant(shop, sku="S", price="120")
    response = post(system, "offers", quote)
    assert (response.status_code, [error["field"] for error in response.json()["errors"]]) == (400, [field])


def test_the_cart(api, shirt, hat):
    api.send("put", f"cart/lines/{shirt.code}", {"quantity": 2})
    shirt.price = Decimal(110)
    shirt.save()
    (section,) = api.send("put", f"cart/lines/{hat.code}", {"quantity": 11}).json()["sections"]
    rows = [
        (row["quantity"], row["price"], row["price_was"], row["can_be_bought"])
        for row in section["merchants"][0]["lines"]
    ]
    assert rows == [(2, "110.0000", "120.0000", True), (11, "30.0000", "30.0000", False)]
    assert problem(api.send("post", "checkouts", BUYER)) == (409, "out_of_stock")
    api.send("put", f"cart/lines/{hat.code}", {"quantity": 0})
    assert api.send("post", "checkouts", BUYER).json()["total"] == "220.0000"
    assert api.send("get", "cart").json() == {"sections": []}


def test_a_cart_is_not_endless(api, shop):
    cart_of = {"shopper": api.shopper, "quantity": 1, "at": AT}
    for _ in range(cart.MAX_LINES):
        cart.put(variant=factories.variant(shop), **cart_of)
    response = api.send("put", f"cart/lines/{factories.variant(shop).code}", {"quantity": 1})
    assert problem(response) == (409, "cart_full")


def test_payments_that_cannot_be(api, shirt):
    checkout = buy(shirt, shopper=api.shopper)
    pay = f"checkouts/{checkout.code}/payments"
    assert api.send("post", pay, {"source": "approve", "amount": "121"}).json()["errors"][0]["rule"] == "too_much"
    assert api.send("post", pay, {"source": "hang"}).json()["state"] == "pending"
    assert problem(api.send("post", pay, {"source": "approve"})) == (409, "nothing_left")
    Order.objects.update(state="cancelled")
    assert problem(api.send("post", pay, {"source": "approve"})) == (409, "not_payable")


def test_a_batch_has_a_result_per_item(system, shirt, foreign_shop):
    mine, unpaid = paid(shirt), buy(shirt).orders.get()
    foreign = paid(factories.variant(foreign_shop))
    items = [{"order": code} for code in (mine.code, unpaid.code, foreign.code, "ord_0", mine.code)]
    results = post(system, "shipments", {"shipments": items}).json()["results"]
    assert [(result["status"], result.get("reason")) for result in results] == [
        ("done", None),
        ("refused", "wrong_state"),
        ("refused", "not_found"),
        ("refused", "not_found"),
        ("done", None),
    ]
    assert Order.objects.get(pk=foreign.pk).state == "paid"


def test_a_batch_has_an_end(system):
    response = post(system, "shipments", {"shipments": [{"order": "ord_0"}] * 501})
    assert response.json()["errors"][0]["field"] == "shipments"


def test_cancelling(system, shirt):
    order = paid(shirt)
    answers = [post(system, f"orders/{order.code}/cancellation", {"reason": "unavailable"}) for _ in range(2)]
    assert [(answer.status_code, answer.json()["amount"]) for answer in answers] == [(200, "120.0000"), (200, "0.0000")]
    assert problem(post(system, f"orders/{paid(shirt).code}/cancellation", {"reason": "unpaid"})) == (400, "invalid")


def test_a_shipped_order_cannot_be_cancelled(system, shirt):
    order = paid(shirt)
    post(system, "shipments", {"shipments": [{"order": order.code}]})
    response = post(system, f"orders/{order.code}/cancellation", {"reason": "merchant"})
    assert (problem(response), response.json()["state"]) == ((409, "wrong_state"), "shipped")


def test_refunds_that_cannot_be(system, shirt):
    unpaid = buy(shirt).orders.get()
    assert problem(post(system, f"orders/{unpaid.code}/refunds", {"shipping": "1"})) == (409, "wrong_state")
    order = paid(shirt)
    body = {"lines": [{"line": order.lines.get().code, "quantity": 2}]}
    (error,) = post(system, f"orders/{order.code}/refunds", body).json()["errors"]
    assert (error["field"], error["rule"]) == ("lines.0.quantity", "too_many")


def test_orders_are_listed_by_state_in_pages(system, shop, shirt, monkeypatch):
    monkeypatch.setattr("orders.api.merchant.PAGE", 1)
    first, second = paid(shirt), paid(shirt)
    buy(shirt)
    page = system.get("/api/v1/orders?state=paid").json()
    assert [order["code"] for order in page["results"]] == [second.code]
    rest = system.get(page["next"]).json()
    assert ([order["code"] for order in rest["results"]], rest["next"]) == ([first.code], None)
    assert system.get("/api/v1/orders?state=lost").json()["errors"][0]["field"] == "state"


def test_a_strangers_codes_are_no_codes(shop, shirt, charlie, foreign_shop):
    order, stranger = paid(shirt), merchant_client(foreign_shop, charlie)
    checkout, nobody = order.checkout, shopper_client()
    answers = [
        stranger.get(f"/api/v1/orders/{order.code}"),
        post(stranger, f"orders/{order.code}/cancellation", {"reason": "merchant"}),
        post(stranger, f"orders/{order.code}/refunds", {"shipping": "1"}),
        nobody.get(f"/api/v1/checkouts/{checkout.code}"),
        post(nobody, f"checkouts/{checkout.code}/payments", {"source": "approve"}),
        stranger.get("/api/v1/orders/ord_0"),
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[-1].content)}
    assert stranger.get("/api/v1/orders").json() == {"results": [], "next": None}
    order.refresh_from_db()
    assert order.state == "paid"


def test_orders_are_found_by_the_reference_of_another_system(system, foreign_shop, shirt):
    mine, _ = buy(shirt, external_reference="A1"), buy(shirt, external_reference="A11")
    buy(factories.variant(foreign_shop), external_reference="A1")
    (found,) = system.get("/api/v1/orders?external_reference=A1").json()["results"]
    assert (found["checkout"], found["external_reference"]) == (mine.code, "A1")


def test_nothing_is_shipped_of_an_order_that_was_refunded_whole(system, shirt):
    order = paid((shirt, 2))
    line = order.lines.get().code
    post(system, f"orders/{order.code}/refunds", {"lines": [{"line": line, "quantity": 2}]})
    answer = post(system, "shipments", {"shipments": [{"order": order.code}]}).json()["results"]
    assert answer == [{"order": order.code, "status": "refused", "reason": "wrong_state", "state": "cancelled"}]
    order.refresh_from_db()
    assert (order.state, order.shipments.count(), order.lines.get().shipped) == ("cancelled", 0, 0)


@pytest.mark.parametrize(
    ("path", "right"),
    [("orders", Right.ORDERS_VIEW), ("shipments", Right.ORDERS_SHIP), ("orders/ord_0/refunds", Right.ORDERS_REFUND)],
)
def test_a_token_does_what_it_may(shop, alice, path, right):
    others = merchant_client(shop, alice, *(set(Right) - {right}))
    call = others.get if path == "orders" else others.post
    assert call(f"/api/v1/{path}").status_code == 403


def test_a_checkout_by_http_costs_few_queries(api, shop, django_assert_num_queries):
    for lines in (1, 3):
        variants = [factories.variant(shop) for _ in range(lines)]
        with django_assert_num_queries(6):
            placed = api.send("post", "checkouts", wanted(*((variant, 1) for variant in variants))).json()
        with django_assert_num_queries(29 if lines == 1 else 18):  # the first sale opens accounts and ticks a step
            api.send("post", f"checkouts/{placed['code']}/payments", {"source": "approve"})
