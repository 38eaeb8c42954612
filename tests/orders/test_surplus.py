"""More money than an order has use for: it is told apart, given back once, and never counts as a refund of goods."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from chengfeng import payments
from chengfeng.models import Entry
from orders import expiry, payment, reconcile, refunds
from orders.cancellation import cancel
from orders.models import Order, Payment, Refund
from orders.moves import CancelReason
from tests.factories import AT

from .conftest import broken, buy, pay

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(minutes=5)


def given_up(checkout, amount=None) -> Payment:
    """A payment without an answer that is believed to have failed, while the provider has the money."""
    hanging = pay(checkout, "hang", amount=amount)
    payment.settle(hanging.code, payments.Outcome("failed", failure="unknown"), at=AT)
    return hanging


def found(hanging, *, at=AT):
    """The provider's word that it had succeeded after all, as of any time."""
    return payment.settle(hanging.code, payments.provider("sandbox").find(hanging.code), at=at)


def sums() -> tuple[Decimal, Decimal]:
    """Return what the merchant's sales are, and what is given back as surplus."""
    sales = Entry.objects.filter(account__kind="sales").aggregate(sum=Sum("amount"))["sum"]
    return sales, Refund.objects.aggregate(sum=Sum("amount"))["sum"] or 0


@pytest.mark.parametrize("at", [AT - timedelta(minutes=1), AT, LATER], ids=["before", "with", "after"])
def test_a_second_payment_that_came_after_all_goes_back(shirt, at):
    checkout = buy(shirt)
    first = given_up(checkout)
    pay(checkout)
    assert found(first, at=at)
    assert (sums(), broken()) == ((240, 120), [])
    assert reconcile.carry_out_pending(at=LATER) == 1
    order = Order.objects.get()
    assert (order.state, order.refunded, sums(), broken()) == ("paid", 0, (120, 120), [])
    assert [one.shares.get().surplus for one in Payment.objects.order_by("pk")] == [120, 0]


def test_a_part_too_much_goes_back(shirt):
    checkout = buy(shirt)
    first = given_up(checkout, Decimal(50))
    second = given_up(checkout, Decimal(100))
    pay(checkout, amount=Decimal(20))
    found(second)
    assert Order.objects.get().state == "paid"
    found(first)
    reconcile.carry_out_pending(at=LATER)
    assert (sums(), Refund.objects.get().reason, broken()) == ((120, 50), "payment_surplus", [])


def test_what_completes_an_order_gives_back_only_the_rest(shirt):
    checkout = buy(shirt)
    first = given_up(checkout, Decimal(100))
    second = given_up(checkout, Decimal(100))
    found(first)
    found(second)
    assert (Order.objects.get().state, Refund.objects.get().amount, broken()) == ("paid", 80, [])


def test_a_late_payment_of_a_cancelled_order_goes_back_whole(shirt):
    checkout = buy(shirt)
    first = given_up(checkout)
    pay(checkout)
    cancel(checkout.orders.get(), reason=CancelReason.MERCHANT, at=LATER)
    found(first)
    reconcile.carry_out_pending(at=LATER)
    assert (sums()[0], Order.objects.get().refunded, Refund.objects.count(), broken()) == (0, 120, 2, [])


def test_parts_of_an_expired_order_go_back_and_so_does_what_follows(shirt):
    checkout = buy(shirt)
    first = given_up(checkout, Decimal(120))
    pay(checkout, amount=Decimal(50))
    expiry.expire_due(at=AT + timedelta(minutes=15))
    found(first)
    reconcile.carry_out_pending(at=AT + timedelta(hours=1))
    assert (Order.objects.get().state, sums(), broken()) == ("cancelled", (0, 170), [])


def test_the_goods_can_still_be_refunded_whole(shirt):
    checkout = buy(shirt)
    first = given_up(checkout)
    pay(checkout)
    found(first)
    order = checkout.orders.get()
    wish = refunds.Wish(order.lines.get().code, 1)
    (one,) = refunds.request(order, wishes=[wish], at=LATER)
    refunds.carry_out(one, at=LATER)
    reconcile.carry_out_pending(at=LATER)
    assert (sums()[0], Order.objects.get().refunded, broken()) == (0, 120, [])
