"""Presales: a deposit, then the balance in its time; what lapses leaves the deposit with the merchant."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.core import mail
from django.db import transaction

from chengfeng import outbox, payments
from chengfeng.models import Account, Entry, OutboxMessage
from orders import expiry, payment, presale, refunds
from orders.cancellation import cancel
from orders.models import Order, OrderMove, Refund
from orders.moves import CancelReason
from reports import invariants
from shops.catalogue import stock
from shops.models import AuditEntry, Hold
from shops.promotions import presales
from shops.tenancy import access_of
from tests import factories
from tests.crowd import at_once
from tests.factories import AT

from .conftest import CONTACT, pay, shopper_client

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BALANCE, LATE = AT + 5 * DAY, AT + 8 * DAY


@pytest.fixture
def ahead(shop, alice, shirt):
    """Alice's shirt sold ahead: 100, of which 20 now, the rest from the fifth to the eighth day."""
    draft = presales.write(access_of(alice, shop, at=AT), None, at=AT, values=values(shirt))
    return presales.publish(access_of(alice, shop, at=AT), draft, at=AT)


def values(variant, **changes) -> dict:
    times = {"starts_at": AT, "ends_at": AT + 3 * DAY, "balance_from": BALANCE, "balance_until": LATE}
    prices = {"price": Decimal(100), "deposit": Decimal(20)}
    return {"variant": variant, "title": "Early shirt", "ships_by": LATE + 7 * DAY, **times, **prices, **changes}


def place(ahead, quantity=2, *, at=AT, **details):
    return presale.place(
        presale=ahead, quantity=quantity, shopper=factories.shopper(), contact=CONTACT, at=at, **details
    )


def deposited(ahead, quantity=2) -> Order:
    checkout = place(ahead, quantity)
    pay(checkout)
    return checkout.orders.select_related("merchant").get()


def sales() -> Decimal:
    return sum(Entry.objects.filter(account__kind=Account.Kind.SALES).values_list("amount", flat=True))


def broken() -> list[str]:
    """Return which invariants do not hold; holds of those days are long past by the real clock."""
    return [violation.invariant.id for violation in invariants.check() if violation.invariant.id != "I06"]


def test_a_presale_is_paid_in_two_steps(ahead, shirt):
    checkout = place(ahead)
    order = checkout.orders.get()
    assert (order.total, order.deposit, order.state) == (200, 40, "placed")
    assert list(payment.left_by_order(checkout, at=AT).values()) == [40]
    pay(checkout)
    order.refresh_from_db()
    assert (order.state, order.deposit_at, order.expires_at) == ("deposit", AT, LATE)
    assert (Hold.objects.get().expires_at, Hold.objects.get().state) == (LATE, "live")
    assert payment.left_by_order(checkout, at=BALANCE - DAY) == {}
    assert list(payment.left_by_order(checkout, at=BALANCE).values()) == [160]
    pay(checkout, at=BALANCE)
    order.refresh_from_db()
    shirt.refresh_from_db()
    assert (order.state, order.paid_at, order.ship_by_at) == ("paid", BALANCE, ahead.ships_by)
    assert (shirt.on_hand, shirt.reserved, sales()) == (8, 0, 200)
    assert list(OrderMove.objects.values_list("target", flat=True)) == ["placed", "deposit", "paid"]
    assert sorted(OutboxMessage.objects.values_list("topic", flat=True)) == ["order.deposit", "order.paid"]
    assert broken() == []


def test_the_balance_is_not_taken_before_its_time(ahead):
    order = deposited(ahead)
    with pytest.raises(payment.PaymentRefused) as refused:
        pay(order.checkout, at=BALANCE - DAY)
    assert refused.value.code == "not_payable"


def test_a_deposit_that_does_not_come_frees_the_goods(ahead, shirt):
    checkout = place(ahead)
    assert expiry.expire_due(at=AT + timedelta(minutes=15)) == 1
    order = checkout.orders.get()
    shirt.refresh_from_db()
    assert (order.state, order.cancel_reason, shirt.reserved) == ("cancelled", "unpaid", 0)


def test_a_deposit_that_comes_too_late_is_given_back(ahead):
    checkout = place(ahead)
    code = pay(checkout, "hang").code
    expiry.expire_due(at=AT + DAY)
    payment.settle(code, payments.provider("sandbox").find(code), at=AT + DAY)
    assert (checkout.orders.get().state, Refund.objects.get().amount, broken()) == ("cancelled", 40, [])


def test_a_balance_that_does_not_come_leaves_the_deposit_with_the_merchant(ahead, shirt):
    order = deposited(ahead)
    pay(order.checkout, at=BALANCE, amount=Decimal(50))
    assert [expiry.expire_due(at=at) for at in (LATE - DAY, LATE, LATE)] == [0, 1, 0]
    order.refresh_from_db()
    shirt.refresh_from_db()
    assert (order.state, order.cancel_reason, order.deposit_at) == ("cancelled", CancelReason.BALANCE_UNPAID, AT)
    (back,) = Refund.objects.all()
    refunds.carry_out(back, at=LATE)
    assert (back.amount, sales(), shirt.reserved, broken()) == (50, 40, 0, [])


def test_a_balance_that_comes_late_still_gets_the_goods_if_they_are_there(ahead, shirt):
    order = deposited(ahead)
    code = pay(order.checkout, "hang", at=BALANCE).code
    expiry.expire_due(at=LATE)
    outcome = payments.provider("sandbox").find(code)
    payment.settle(code, outcome, at=LATE)
    order.refresh_from_db()
    assert (order.state, sales(), Refund.objects.count(), broken()) == ("paid", 200, 0, [])


def test_a_balance_that_comes_too_late_is_given_back_without_the_deposit(ahead, shirt):
    order = deposited(ahead)
    code = pay(order.checkout, "hang", at=BALANCE).code
    expiry.expire_due(at=LATE)
    stock.count(variant=shirt, on_hand=1, cause="count", at=LATE)
    payment.settle(code, payments.provider("sandbox").find(code), at=LATE)
    order.refresh_from_db()
    assert (order.state, Refund.objects.get().amount, broken()) == ("cancelled", 160, [])


def test_what_the_merchant_calls_off_is_given_back_whole(ahead, shirt):
    order = deposited(ahead)
    cancel(order, reason=CancelReason.MERCHANT, at=AT + DAY)
    refunds.carry_out(Refund.objects.get(), at=AT + DAY)
    shirt.refresh_from_db()
    assert (Order.objects.get().state, sales(), shirt.reserved, broken()) == ("cancelled", 0, 0, [])


@pytest.mark.parametrize("days", [-1, 3])
def test_nothing_is_placed_outside_the_time_of_deposits(ahead, days):
    with pytest.raises(presale.NotOpen):
        place(ahead, at=AT + days * DAY)


def test_a_closed_presale_takes_no_more_deposits_but_keeps_its_orders(ahead, shop, alice):
    order = deposited(ahead)
    access = access_of(alice, shop, at=AT)
    assert [presales.close(access, ahead, at=AT) for _ in range(2)] == [True, False]
    with pytest.raises(presale.NotOpen), transaction.atomic():
        place(ahead)
    pay(order.checkout, at=BALANCE)
    assert Order.objects.get().state == "paid"


def test_what_was_shown_is_what_is_charged(ahead):
    with pytest.raises(presale.TotalChanged) as changed:
        place(ahead, total=Decimal(1))
    assert changed.value.terms.total == 200


@pytest.mark.parametrize(
    ("changes", "code"), [({}, "overlaps"), ({"ends_at": AT - timedelta(seconds=1), "starts_at": AT - DAY}, "is_over")]
)
def test_what_cannot_be_sold_ahead_is_not_published(ahead, shop, alice, shirt, changes, code):
    access = access_of(alice, shop, at=AT)
    second = presales.write(access, None, at=AT, values=values(shirt, **changes))
    with pytest.raises(presales.PresaleRefused, match=code):
        presales.publish(access, second, at=AT)
    assert AuditEntry.objects.filter(verb="presale.publish").count() == 1


def test_everybody_is_reminded_once_when_the_balance_can_be_paid(ahead, settings):
    settings.BASE_URL = "https://shop.example"
    order = deposited(ahead)
    assert [presale.remind(at=at) for at in (BALANCE - DAY, BALANCE, BALANCE)] == [0, 1, 0]
    for message in OutboxMessage.objects.filter(topic="order.balance_due"):
        outbox.deliver(message)
    (letter,) = mail.outbox
    assert letter.to == ["sam@example.org"]
    assert f"https://shop.example/pay/{order.checkout.code}/" in letter.body


def test_how_a_presale_goes(ahead):
    deposited(ahead)
    place(ahead, 1)
    lapsed = deposited(ahead, 1)
    Order.objects.filter(pk=lapsed.pk).update(state="cancelled", cancel_reason="balance_unpaid")
    pay(deposited(ahead, 3).checkout, at=BALANCE)
    found = presale.standing(ahead)
    assert (found.awaited, found.deposited, found.paid, found.lapsed) == (1, 1, 1, 1)
    assert (found.deposits, found.to_come, found.kept, found.paid_total) == (40, 160, 20, 300)


def send(ahead, *, shopper=None, key="k", **changes):
    body = {"presale": ahead.code, "quantity": 2, "email": "sam@example.org", "recipient": "Sam", **changes}
    client = shopper or shopper_client()
    return client.post("/api/v1/presale-checkouts", body, format="json", headers={"Idempotency-Key": key})


def test_a_program_places_a_presale(ahead, monkeypatch):
    monkeypatch.setattr("chengfeng.clock.now", lambda: AT)
    client = shopper_client()
    answers = [send(ahead, shopper=client, total="200") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    order = answers[0].json()["orders"][0]
    assert (order["deposit"], order["total"], order["balance_from"]) == ("40.0000", "200.0000", "2026-03-15T04:00:00Z")
    assert Order.objects.get().code == order["code"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"total": "199"}, 409, "presale_changed"),
        ({"quantity": 11}, 409, "out_of_stock"),
        ({"presale": "prs_nothing"}, 400, "invalid"),
        ({"quantity": 0}, 400, "invalid"),
    ],
)
def test_a_program_is_told_why_nothing_was_placed(ahead, monkeypatch, changes, status, code):
    monkeypatch.setattr("chengfeng.clock.now", lambda: AT)
    answer = send(ahead, **changes)
    assert (answer.status_code, answer.json()["code"], Order.objects.count()) == (status, code, 0)


def test_a_program_is_told_that_a_presale_is_over(ahead, monkeypatch):
    monkeypatch.setattr("chengfeng.clock.now", lambda: LATE)
    assert send(ahead).json()["code"] == "presale_not_open"


@pytest.mark.django_db(transaction=True)
def test_deposits_at_once_are_taken_once_and_never_beyond_the_stock(ahead, shirt):
    checkout = place(ahead, 4)
    results = at_once([partial(pay, checkout)] * 4 + [partial(place, ahead, 4)] * 3)
    kinds = sorted(type(result).__name__ for result in results)
    assert kinds == ["Checkout", "OutOfStock", "OutOfStock", "Payment"] + ["PaymentRefused"] * 3
    shirt.refresh_from_db()
    assert (shirt.reserved, sales()) == (8, 80)
