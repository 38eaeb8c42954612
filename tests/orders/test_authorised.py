"""Payments authorised first and captured later: once, at most what was authorised, and let go when nobody captures."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db.models import Sum
from django.utils import timezone

from chengfeng import payments
from chengfeng.models import Entry, SandboxCharge
from chengfeng.payments import Unreachable
from chengfeng.payments.sandbox import Sandbox
from orders import capturing, expiry, payment, reconcile
from orders.cancellation import cancel
from orders.capturing import CaptureRefused
from orders.models import Order, Payment
from orders.moves import CancelReason
from shops.models import AuditEntry
from shops.shopper import COOKIE, seal
from tests import factories
from tests.crowd import at_once, everybody_has_read
from tests.factories import AT

from .conftest import broken, buy, merchant_client, pay, shopper_client

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=2)


def authorised(*lines, source="approve", at=AT, **details) -> Payment:
    return pay(buy(*lines, at=at, **details), source, at=at, captures_later=True)


def capture(payment, amount=None, at=LATER) -> Payment:
    wanted = amount if amount is None else Decimal(amount)
    return capturing.carry_out(capturing.request_capture(payment, amount=wanted, at=at), at=at)


def void(payment, at=LATER) -> Payment:
    return capturing.carry_out(capturing.request_void(payment, at=at), at=at)


def sales() -> Decimal:
    return Entry.objects.filter(account__kind="sales").aggregate(sum=Sum("amount"))["sum"] or 0


def no_answer(*_args, **_details):
    raise Unreachable


def test_what_is_authorised_holds_the_goods_and_pays_nothing(shirt):
    waiting = authorised(shirt)
    order = Order.objects.get()
    assert (waiting.state, waiting.authorised, order.state, sales()) == ("authorised", 120, "placed", 0)
    assert expiry.expire_due(at=LATER) == 0
    assert (order.expires_at, payment.left_by_order(order.checkout, at=LATER)) == (AT + timedelta(days=7), {order: 0})
    assert broken() == []


def test_what_is_captured_pays(shirt):
    taken = capture(authorised(shirt))
    assert (taken.state, taken.amount, Order.objects.get().state, sales()) == ("captured", 120, "paid", 120)
    assert (capture(taken).state, SandboxCharge.objects.get().state, sales()) == ("captured", "succeeded", 120)
    assert broken() == []


def test_a_part_is_captured_and_the_rest_can_be_paid_otherwise(shirt):
    taken = capture(authorised(shirt), "50")
    checkout = taken.checkout
    assert (taken.amount, taken.authorised, taken.shares.get().amount, sales()) == (50, 120, 50, 50)
    assert (Order.objects.get().state, sum(payment.left_by_order(checkout, at=LATER).values())) == ("placed", 70)
    pay(checkout)
    assert (Order.objects.get().state, sales(), broken()) == ("paid", 120, [])


@pytest.mark.parametrize(("amount", "code"), [("120.01", "too_much"), ("0", "nothing"), ("0.001", "too_fine")])
def test_an_amount_that_makes_no_sense_is_refused(shirt, amount, code):
    with pytest.raises(CaptureRefused) as caught:
        capture(authorised(shirt), amount)
    assert (caught.value.code, Payment.objects.get().to_capture) == (code, None)


def test_what_is_let_go_gives_the_shopper_the_usual_time_to_pay_otherwise(shirt):
    waiting = void(authorised(shirt))
    order = Order.objects.get()
    assert (waiting.state, SandboxCharge.objects.get().state) == ("voided", "voided")
    assert order.expires_at == LATER + timedelta(minutes=15)
    with pytest.raises(CaptureRefused):
        capture(waiting)
    assert (pay(waiting.checkout).state, Order.objects.get().state, broken()) == ("captured", "paid", [])


def test_nobody_captures_so_the_order_ends_and_the_money_is_free(shirt):
    authorised(shirt)
    week = AT + timedelta(days=7)
    assert (expiry.expire_due(at=week), reconcile.carry_out_captures(at=week)) == (1, 1)
    shirt.refresh_from_db()
    assert (Order.objects.get().state, Payment.objects.get().state, shirt.reserved) == ("cancelled", "voided", 0)
    assert (SandboxCharge.objects.get().state, broken()) == ("voided", [])


def test_a_cancelled_order_lets_its_authorisation_go(shirt):
    waiting = authorised(shirt)
    cancel(waiting.checkout.orders.get(), reason=CancelReason.SHOPPER, at=LATER)
    assert reconcile.carry_out_captures(at=LATER) == 1
    assert (Payment.objects.get().state, broken()) == ("voided", [])


def test_an_authorisation_without_an_answer_is_found(shirt):
    assert authorised(shirt, source="hang").state == "pending"
    assert reconcile.settle_pending(at=AT + timedelta(minutes=1)) == 1
    assert (Payment.objects.get().state, Order.objects.get().expires_at) == ("authorised", AT + timedelta(days=7))


def test_an_authorisation_that_comes_too_late_is_let_go(shirt):
    authorised(shirt, source="hang")
    late = AT + timedelta(minutes=15)
    expiry.expire_due(at=late)
    assert (reconcile.settle_pending(at=late), reconcile.carry_out_captures(at=late)) == (1, 1)
    assert (Payment.objects.get().state, Order.objects.get().state, broken()) == ("voided", "cancelled", [])


def test_an_authorised_balance_waits_with_its_order(shirt):
    authorised(shirt, source="hang")
    Order.objects.update(state="deposit", deposit_at=AT)
    assert reconcile.settle_pending(at=LATER) == 1
    assert (Payment.objects.get().state, Payment.objects.get().is_voiding) == ("authorised", False)
    assert Order.objects.get().expires_at == AT + timedelta(minutes=15)


@pytest.mark.parametrize(("verb", "state"), [("capture", "captured"), ("void", "voided")])
@pytest.mark.parametrize("arrived", [False, True])
def test_a_provider_that_does_not_answer_is_asked_again(shirt, monkeypatch, verb, state, arrived):
    waiting, real = authorised(shirt), getattr(Sandbox, verb)

    def lost(self, **details):
        if arrived:
            real(self, **details)
        raise Unreachable

    with monkeypatch.context() as patch:
        patch.setattr(Sandbox, verb, lost)
        asked = {"capture": capture, "void": void}[verb](waiting)
    assert asked.state == "authorised"
    assert reconcile.carry_out_captures(at=LATER) == 1
    assert (Payment.objects.get().state, broken()) == (state, [])


def test_what_is_being_captured_is_not_voided_and_survives_the_expiry(shirt, monkeypatch):
    waiting = authorised(shirt)
    with monkeypatch.context() as patch:
        patch.setattr(Sandbox, "capture", no_answer)
        capture(waiting)
        with pytest.raises(CaptureRefused):
            void(waiting)
    week = AT + timedelta(days=7)
    expiry.expire_due(at=week)
    assert reconcile.carry_out_captures(at=week) == 1
    assert (Payment.objects.get().state, Order.objects.get().state, sales(), broken()) == ("captured", "paid", 120, [])


def test_what_the_provider_let_run_out_is_told_by_its_message(shirt):
    waiting = authorised(shirt)
    payment.settle(waiting.code, payments.Outcome("voided", waiting.provider_reference), at=LATER)
    assert (Payment.objects.get().state, Order.objects.get().expires_at) == ("voided", LATER + timedelta(minutes=15))


def test_only_one_merchant_captures(shop, foreign_shop):
    with pytest.raises(payment.PaymentRefused) as caught:
        authorised(factories.variant(shop), factories.variant(foreign_shop))
    assert (caught.value.code, Payment.objects.count()) == ("several_merchants", 0)


def naive_capture(waiting):
    """The control: look, then act, without the lock."""
    found = Payment.objects.get(pk=waiting.pk)
    everybody_has_read()
    if found.state == "authorised" and found.to_capture is None:
        return found
    raise CaptureRefused("not_authorised", "")


def guarded_capture(waiting, amounts):
    return capturing.request_capture(waiting, amount=amounts.pop(), at=LATER)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("act", "granted"),
    [pytest.param(guarded_capture, 1, id="guarded"), pytest.param(lambda one, _: naive_capture(one), 4, id="control")],
)
def test_captures_at_once_are_one(shirt, act, granted):
    waiting, amounts = authorised(shirt), [Decimal(10), Decimal(20), Decimal(30), Decimal(40)]
    results = at_once([partial(act, waiting, amounts)] * 4)
    assert [type(one).__name__ for one in results].count("Payment") == granted


def test_programs_authorise_capture_and_void(shop, shirt, alice):
    client, seller = shopper_client(), merchant_client(shop, alice)

    def send(who, path, body=None, key="k"):
        return who.post(f"/api/v1/{path}", body or {}, format="json", headers={"Idempotency-Key": key})

    path = f"checkouts/{buy(shirt, shopper=client.shopper).code}/payments"
    first = send(client, path, {"source": "approve", "capture": "later"}).json()
    assert (first["state"], Decimal(first["authorised"])) == ("authorised", 120)
    taken = send(seller, f"payments/{first['code']}/capture", {"amount": "100.00"})
    assert (taken.status_code, taken.json()["state"], Decimal(taken.json()["amount"])) == (200, "captured", 100)
    assert send(seller, f"payments/{first['code']}/capture", {"amount": "100.00"}).json() == taken.json()
    again = send(seller, f"payments/{first['code']}/void", key="v")
    assert (again.status_code, again.json()["code"]) == (409, "not_authorised")
    rest = send(client, path, {"source": "approve", "capture": "later"}, key="r").json()
    assert send(seller, f"payments/{rest['code']}/void", key="w").json()["state"] == "voided"


def test_a_strangers_payment_is_not_there(foreign_shop, shirt, charlie):
    waiting, stranger = authorised(shirt), merchant_client(foreign_shop, charlie)
    for verb in ("capture", "void"):
        path = f"/api/v1/payments/{waiting.code}/{verb}"
        assert stranger.post(path, {}, format="json", headers={"Idempotency-Key": verb}).status_code == 404


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({"source": "approve", "provider": "bank"}, "provider", "unknown"),
        ({"source": "pm_card_visa"}, "source", "unknown"),
        ({"source": "approve", "capture": "never"}, "capture", "invalid_choice"),
        ({"source": "approve", "method": "Credit Card"}, "method", "invalid"),
    ],
)
def test_what_nobody_knows_is_named(shirt, body, field, rule):
    client = shopper_client()
    path = f"/api/v1/checkouts/{buy(shirt, shopper=client.shopper).code}/payments"
    answer = client.post(path, body, format="json", headers={"Idempotency-Key": "k"})
    errors = [(error["field"], error["rule"]) for error in answer.json()["errors"]]
    assert (answer.status_code, errors, Payment.objects.count()) == (400, [(field, rule)], 0)


@pytest.fixture
def desk(client, alice, shop):
    """Alice at her desk; `page` is the order's, `at` leads to an action of its payment."""
    client.force_login(alice)
    client.root = f"/console/{shop.code}"
    return client


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_a_merchant_captures_a_part_on_the_order(desk, shirt):
    waiting = authorised(shirt, at=timezone.now())
    page = f"{desk.root}/orders/{Order.objects.get().code}/"
    assert "Capture up to" in words(desk.get(page))
    told = words(desk.post(f"{desk.root}/payments/{waiting.code}/capture/", {"amount": "50"}, follow=True))
    assert ("The money is captured." in told, "of CN¥120.00 authorised" in told, "Capture up to" in told) == (
        True, True, False
    )  # fmt: skip
    trail = AuditEntry.objects.filter(verb__startswith="payment.").values_list("verb", "details__amount")
    assert (Payment.objects.get().amount, list(trail)) == (50, [("payment.capture", "50")])


def test_a_merchant_lets_it_go(desk, shirt):
    waiting = authorised(shirt, at=timezone.now())
    told = words(desk.post(f"{desk.root}/payments/{waiting.code}/void/", follow=True))
    assert ("nothing was charged" in told, Payment.objects.get().state) == (True, "voided")
    again = words(desk.post(f"{desk.root}/payments/{waiting.code}/capture/", follow=True))
    assert ("not authorised any more" in again, sales()) == (True, 0)


@pytest.mark.parametrize(("amount", "text"), [("121", "more than is authorised"), ("x", "as a number")])
def test_what_cannot_be_captured_is_explained(desk, shirt, amount, text):
    waiting = authorised(shirt, at=timezone.now())
    told = words(desk.post(f"{desk.root}/payments/{waiting.code}/capture/", {"amount": amount}, follow=True))
    assert (text in told, Payment.objects.get().state) == (True, "authorised")


def test_a_shopper_sees_that_it_is_authorised(client, shirt):
    shopper = factories.shopper()
    client.cookies[COOKIE] = seal(shopper)
    waiting = authorised(shirt, shopper=shopper, at=timezone.now())
    assert "The payment is authorised" in words(client.get(f"/pay/{waiting.checkout.code}/"))
