"""Races at the till on real connections, each with a control that fails where the guard is missing."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db.models import Sum

from chengfeng import payments
from chengfeng.models import Entry, SandboxCharge
from orders import cart, expiry, payment, refunds
from orders.checkout import NothingWanted, place_cart
from orders.models import Cart, Checkout, Order, OrderMove, Payment, Refund
from orders.moves import OrderState
from orders.refunds import RefundRefused, Wish
from shops.catalogue import stock
from tests import factories
from tests.crowd import at_once, everybody_has_read
from tests.factories import AT

from .conftest import CONTACT, buy, paid, pay, shopper_client

pytestmark = pytest.mark.django_db(transaction=True)


def sales() -> Decimal:
    return Entry.objects.filter(account__kind="sales").aggregate(sum=Sum("amount"))["sum"] or 0


def kinds(results) -> dict[str, int]:
    names = [type(result).__name__ for result in results]
    return {name: names.count(name) for name in names}


def test_twenty_checkouts_and_one_unit(shop):
    last = factories.variant(shop, stock=1)
    results = at_once([partial(buy, last) for _ in range(20)])
    assert kinds(results) == {"Checkout": 1, "OutOfStock": 19}
    assert Order.objects.count() == 1


def guarded_settle(code, outcome):
    payment.settle(code, outcome, at=AT)


def naive_settle(code, outcome):
    """The control: look, then act, with nobody held back in between."""
    found, number = Payment.objects.get(code=code), OrderMove.objects.count() + 1
    if found.state == Payment.State.PENDING:
        everybody_has_read()
        Payment.objects.filter(pk=found.pk).update(
            state="captured", captured_at=AT, provider_reference=outcome.provider_reference
        )
        OrderMove.objects.create(order=Order.objects.get(), number=number, source="placed", target="paid", at=AT)


@pytest.mark.parametrize(
    ("settle", "results"),
    [
        pytest.param(guarded_settle, {"NoneType": 3}, id="guarded"),
        pytest.param(naive_settle, {"NoneType": 1, "IntegrityError": 2}, id="control"),
    ],
)
def test_an_answer_and_two_webhooks_pay_once(shirt, settle, results):
    code = pay(buy(shirt), "hang").code
    outcome = payments.provider("sandbox").find(code)
    assert kinds(at_once([partial(settle, code, outcome)] * 3)) == results
    if settle is guarded_settle:
        assert (list(OrderMove.objects.values_list("target", flat=True)), sales()) == (["placed", "paid"], 120)


def test_two_payments_at_once_pay_once(shirt):
    checkout = buy(shirt)
    results = at_once([partial(pay, checkout)] * 8)
    assert kinds(results) == {"Payment": 1, "PaymentRefused": 7}
    assert (SandboxCharge.objects.count(), sales(), Order.objects.get().state) == (1, 120, "paid")


def test_parts_captured_at_once_complete_the_order(shirt):
    checkout = buy(shirt)
    codes = [pay(checkout, "hang", amount=Decimal(amount)).code for amount in (50, 70)]
    outcomes = [(code, payments.provider("sandbox").find(code)) for code in codes]
    at_once([partial(payment.settle, code, outcome, at=AT) for code, outcome in outcomes])
    assert (Order.objects.get().state, sales()) == ("paid", 120)


@pytest.mark.parametrize("turn", range(3))
def test_a_payment_and_the_expiry_leave_one_truth(shirt, turn):
    code = pay(buy((shirt, 10)), "hang").code
    outcome = payments.provider("sandbox").find(code)
    late = AT + timedelta(minutes=15)
    results = at_once([partial(payment.settle, code, outcome, at=late), *[partial(expiry.expire_due, at=late)] * 2])
    assert [result for result in results if isinstance(result, Exception)] == []
    shirt.refresh_from_db()
    assert (Order.objects.get().state, shirt.on_hand, shirt.reserved, sales()) == ("paid", 0, 0, 1200)


def naive_expire(order):
    """The control: decide on what was read before, without the guard in the update."""
    if order.state == OrderState.PLACED:
        Order.objects.filter(pk=order.pk).update(state="cancelled", cancelled_at=AT)
        stock.release(cause=order.code, at=AT)


@pytest.mark.parametrize(
    ("expire", "state"),
    [pytest.param(expiry.expire, "paid", id="guarded"), pytest.param(naive_expire, "cancelled", id="control")],
)
def test_an_expiry_that_read_too_early_does_not_undo_a_payment(shirt, expire, state):
    checkout = buy(shirt)
    read_before = checkout.orders.get()
    pay(checkout)
    expire(read_before)
    assert checkout.orders.get().state == state


def guarded_refund(order, line):
    return refunds.request(order, wishes=[Wish(line.code, 1, Decimal(70))], at=AT)


def naive_refund(order, line):
    """The control: the same check without the lock on the order."""
    left = refunds.left_by_line(order)[0]
    if left.amount < 70:
        raise RefundRefused("amount", "too_much", "")
    everybody_has_read()
    return refunds.write(order, [refunds.Part(left.line, 0, Decimal(70))], at=AT)


@pytest.mark.parametrize(
    ("give", "is_kept"),
    [pytest.param(guarded_refund, True, id="guarded"), pytest.param(naive_refund, False, id="control")],
)
def test_refunds_at_once_never_exceed_what_came(shirt, give, is_kept):
    order = paid(shirt)
    at_once([partial(give, order, order.lines.get())] * 4)
    assert (Refund.objects.aggregate(sum=Sum("amount"))["sum"] <= order.total) == is_kept


def naive_place_cart(shopper):
    """The control: read the cart, buy, then empty it, without the lock on the cart."""
    (section,) = cart.contents(shopper, at=AT)
    everybody_has_read()
    return buy(*[(row.variant, row.quantity) for row in section.bought], shopper=shopper)


@pytest.mark.parametrize(
    ("order", "checkouts"), [pytest.param(None, 1, id="guarded"), pytest.param(naive_place_cart, 4, id="control")]
)
def test_a_cart_ordered_in_four_windows_is_one_checkout(shirt, order, checkouts):
    shopper = factories.shopper()
    cart.put(shopper=shopper, variant=shirt, quantity=2, at=AT)
    order = order or (lambda who: place_cart(shopper=who, currency="CNY", contact=CONTACT, at=AT))
    results = at_once([partial(order, shopper)] * 4)
    assert Checkout.objects.count() == checkouts
    assert [type(r) for r in results if isinstance(r, Exception)] == [NothingWanted] * (4 - checkouts)


def naive_put(shopper, variant):
    """The control: count the lines, then write one, without the lock on the cart."""
    mine = Cart.objects.get(shopper=shopper)
    lines = mine.lines.count()
    everybody_has_read()
    if lines >= cart.MAX_LINES:
        raise cart.CartFull
    mine.lines.create(variant=variant, quantity=1, price=variant.price, added_at=AT)


def guarded_put(shopper, variant):
    cart.put(shopper=shopper, variant=variant, quantity=1, at=AT)


@pytest.mark.parametrize(
    ("put", "lines"), [pytest.param(guarded_put, 3, id="guarded"), pytest.param(naive_put, 6, id="control")]
)
def test_the_last_place_in_a_cart_is_taken_once(shop, monkeypatch, put, lines):
    monkeypatch.setattr(cart, "MAX_LINES", 3)
    shopper, variants = factories.shopper(), [factories.variant(shop) for _ in range(6)]
    for variant in variants[:2]:
        cart.put(shopper=shopper, variant=variant, quantity=1, at=AT)
    results = at_once([partial(put, shopper, variant) for variant in variants[2:]])
    assert (cart.count(shopper), kinds(results).get("CartFull", 0)) == (lines, 6 - lines)


def test_crossing_checkouts_never_wait_in_a_circle(shop, foreign_shop):
    variants = [factories.variant(owner, stock=200) for owner in (shop, foreign_shop) for _ in range(3)]

    def buy_and_pay(turn):
        pay(buy(*variants[turn % 6 :], *variants[: turn % 6]))

    results = at_once([partial(buy_and_pay, turn) for turn in range(12)])
    assert [result for result in results if result is not None] == []
    assert {variant.moves.aggregate(sum=Sum("quantity"))["sum"] for variant in variants} == {188}


@pytest.mark.parametrize(
    ("keys", "checkouts"), [pytest.param("kkkk", 1, id="one key"), pytest.param("abcd", 4, id="control")]
)
def test_a_write_repeated_at_once_happens_once_per_key(shirt, keys, checkouts):
    client = shopper_client()
    body = {"email": "sam@example.org", "recipient": "Sam", "lines": [{"variant": shirt.code, "quantity": 1}]}

    def send(key):
        return client.post("/api/v1/checkouts", body, format="json", headers={"Idempotency-Key": key})

    answers = at_once([partial(send, key) for key in keys])
    assert Checkout.objects.count() == len({a.json()["code"] for a in answers if a.status_code == 201}) == checkouts
    others = {(a.status_code, a.json()["code"]) for a in answers if a.status_code != 201}
    assert others <= {(409, "idempotency_in_flight")}
