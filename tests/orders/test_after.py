"""After paying: parcels, cancellations and refunds, by line and by payment, never more than was paid."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from ads.models import Credit
from chengfeng.models import Entry, OutboxMessage, SandboxCharge
from chengfeng.payments import Unreachable
from chengfeng.payments.sandbox import Sandbox
from orders import offers, reconcile, refunds
from orders.cancellation import cancel
from orders.checkout import place
from orders.fulfilment import deliver, ship
from orders.models import Order, Refund, Shipment
from orders.moves import CancelReason, WrongState
from orders.refunds import RefundRefused, Wish
from tests import factories
from tests.factories import AT

from .conftest import CONTACT, buy, paid, pay

pytestmark = pytest.mark.django_db


def sales(merchant) -> Decimal:
    entries = Entry.objects.filter(account__kind="sales", account__owner=merchant.code)
    return entries.aggregate(sum=Sum("amount"))["sum"] or 0


def refund(order, *wishes, at=AT, **details) -> list[Refund]:
    """Refund (units, line number) pairs; return the refunds as they stand then."""
    lines = list(order.lines.order_by("pk"))
    wanted = [Wish(lines[number].code, *rest) for number, *rest in wishes]
    written = refunds.request(order, wishes=wanted, at=at, **details)
    for one in written:
        refunds.carry_out(one, at=at)
        one.refresh_from_db()
    return written


def fresh(row):
    row.refresh_from_db()
    return row


def test_an_order_goes_out_and_arrives(shirt):
    order = paid((shirt, 2))
    ship(order, at=AT, carrier="SF", tracking="1")
    deliver(order, at=AT)
    assert list(order.moves.values_list("target", flat=True)) == ["placed", "paid", "shipped", "delivered"]
    assert (order.lines.get().shipped, Shipment.objects.get().delivered_at) == (2, AT)


def test_the_same_parcel_leaves_once_and_another_not_at_all(shirt):
    order = paid(shirt)
    assert ship(order, at=AT, tracking="1") == ship(order, at=AT, tracking="1")
    with pytest.raises(WrongState):
        ship(order, at=AT, tracking="2")


def test_nothing_leaves_unpaid(shirt):
    with pytest.raises(WrongState):
        ship(buy(shirt).orders.get(), at=AT)


def test_cancelling_a_paid_order_undoes_the_sale(shop, shirt):
    order = paid((shirt, 2))
    for one in cancel(order, reason=CancelReason.UNAVAILABLE, at=AT):
        refunds.carry_out(one, at=AT)
    assert (fresh(order).state, order.refunded, sales(shop)) == ("cancelled", 240, 0)
    assert (fresh(shirt).on_hand, shirt.reserved, order.lines.get().refunded) == (10, 0, 240)
    assert cancel(order, reason=CancelReason.UNAVAILABLE, at=AT) == []


def test_cancelling_an_unpaid_order_frees_its_goods(shirt):
    order = buy(shirt).orders.get()
    assert cancel(order, reason=CancelReason.SHOPPER, at=AT) == []
    assert (fresh(order).cancel_reason, fresh(shirt).reserved) == ("shopper", 0)


def test_what_was_shipped_is_not_cancelled(shirt):
    order = paid(shirt)
    ship(order, at=AT)
    with pytest.raises(WrongState):
        cancel(order, reason=CancelReason.MERCHANT, at=AT)


def test_cancelling_gives_back_what_no_refund_gave_before(shop, shirt, hat):
    order = paid((shirt, 2), hat)
    refund(order, (0, 1))
    for one in cancel(order, reason=CancelReason.MERCHANT, at=AT):
        refunds.carry_out(one, at=AT)
    assert (sales(shop), fresh(order).refunded) == (0, order.total)
    assert (fresh(shirt).on_hand, fresh(hat).on_hand) == (9, 10)


def test_a_refund_takes_effect_once(shop, shirt):
    order = paid((shirt, 2))
    (one,) = refund(order, (0, 1))
    refunds.carry_out(one, at=AT)
    assert (one.state, one.amount, fresh(order).refunded, sales(shop)) == ("done", 120, 120, 120)
    assert OutboxMessage.objects.filter(topic="order.refunded", key=one.code).count() == 1


def test_units_of_a_line_share_its_cents(shop, shirt):
    quoted = offers.make(merchant=shop, lines=[(shirt, 3, Decimal("33.34"))], discount=Decimal("0.02"))
    checkout = place(shopper=factories.shopper(), contact=CONTACT, at=AT, offers=[quoted])
    pay(checkout)
    order = checkout.orders.get()
    amounts = [refund(order, (0, 1))[0].amount for _ in range(3)]
    assert (amounts, sum(amounts)) == ([Decimal("33.33"), Decimal("33.33"), Decimal("33.34")], order.total)


@pytest.mark.parametrize(
    ("wish", "details", "code"),
    [
        ((0, 3), {}, "too_many"),
        ((0, 1, Decimal("240.01")), {}, "too_much"),
        ((0, 1, Decimal("0.001")), {}, "too_fine"),
        ((0, 0), {}, "nothing"),
        ((0, 1), {"shipping": Decimal("0.01")}, "too_much"),
    ],
)
def test_no_more_is_given_back_than_came(shirt, wish, details, code):
    with pytest.raises(RefundRefused) as caught:
        refund(paid((shirt, 2)), wish, **details)
    assert (caught.value.code, Refund.objects.count()) == (code, 0)


def test_an_unpaid_order_has_nothing_to_give_back(shirt):
    with pytest.raises(RefundRefused, match="not been paid"):
        refund(buy(shirt).orders.get(), (0, 1))


def test_shipping_is_given_back_once(shop, hat):
    order = paid(hat)
    (one,) = refund(order, shipping=Decimal(10))
    assert (one.amount, one.shipping, one.lines.count(), sales(shop)) == (10, 10, 0, 30)
    with pytest.raises(RefundRefused):
        refund(order, shipping=Decimal("0.01"))


def test_money_goes_back_the_way_it_came(shop, shirt):
    checkout = buy((shirt, 2))
    pay(checkout, amount=Decimal(50))
    pay(checkout)
    order = checkout.orders.get()
    parts = refund(order, (0, 1))
    assert [(part.amount, list(part.lines.values_list("quantity", "amount"))) for part in parts] == [
        (50, [(1, 50)]),
        (70, [(0, 70)]),
    ]
    assert (fresh(order.lines.get()).refunded, sales(shop)) == (120, 120)


def test_goods_come_back_on_the_shelf_after_they_were_shipped(shirt):
    order = paid((shirt, 2))
    ship(order, at=AT)
    refund(order, (0, 1), restock=True, at=AT + timedelta(days=1))
    assert (fresh(shirt).on_hand, order.lines.get().returned) == (9, 1)


def test_what_was_refunded_before_is_not_shipped(shirt):
    order = paid((shirt, 3))
    refund(order, (0, 1), restock=True)
    ship(order, at=AT + timedelta(hours=1))
    line = order.lines.get()
    assert (line.shipped, line.returned, fresh(shirt).on_hand) == (2, 0, 8)


def test_a_provider_without_an_answer_is_asked_again(shop, shirt, monkeypatch):
    order = paid(shirt)

    def silent(*_args, **_details):
        raise Unreachable

    with monkeypatch.context() as patch:
        patch.setattr(Sandbox, "refund", silent)
        (one,) = refund(order, (0, 1))
    assert (one.state, sales(shop)) == ("pending", 120)
    assert reconcile.carry_out_pending(at=AT) == 1
    assert (fresh(one).state, sales(shop)) == ("done", 0)


def test_a_refund_that_fails_changes_nothing_and_may_be_tried_again(shop, shirt):
    order = paid(shirt)
    SandboxCharge.objects.update(state="failed")
    (one,) = refund(order, (0, 1))
    assert (one.state, fresh(order).refunded, sales(shop)) == ("failed", 0, 120)
    SandboxCharge.objects.update(state="succeeded")
    assert refund(order, (0, 1))[0].state == "done"


def test_an_order_that_no_ad_caused_has_no_credits_to_take_back(shirt):
    refund(paid(shirt), (0, 1))
    assert Credit.objects.count() == 0
    assert Order.objects.get().refunded == 120
