"""The till: what is bought is priced, held, paid, taken and posted once; a failure at any step loses nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum

from ads.models import Conversion
from chengfeng.models import Entry, OutboxMessage, SandboxCharge, Transfer
from orders import expiry, offers, payment, reconcile
from orders.checkout import (
    CheckoutRefused,
    MixedCurrencies,
    NothingWanted,
    OfferClash,
    OfferUsed,
    UnknownVariant,
    place,
)
from orders.models import Order, OrderMove, Payment, Refund
from orders.moves import MOVES, OrderState, WrongState, move
from shops.catalogue import stock
from shops.models import Hold, StepDone, StockMove
from tests import factories
from tests.factories import AT

from .conftest import CONTACT, buy, paid, pay

pytestmark = pytest.mark.django_db


def sales(merchant) -> Decimal:
    entries = Entry.objects.filter(account__kind="sales", account__owner=merchant.code)
    return entries.aggregate(sum=Sum("amount"))["sum"] or 0


def chain(order) -> list[tuple[str, str]]:
    return list(OrderMove.objects.filter(order=order).values_list("source", "target"))


def shelf(variant) -> tuple[int, int]:
    variant.refresh_from_db()
    return variant.on_hand, variant.reserved


def test_a_mixed_cart_becomes_one_order_per_merchant(shirt, hat, foreign_shop):
    tea = factories.variant(foreign_shop, price="9.90")
    checkout = buy((shirt, 2), hat, tea)
    rows = checkout.orders.order_by("pk").values_list("merchant__name", "subtotal", "shipping", "total")
    assert list(rows) == [("Alice & Co", 270, 0, 270), ("Charlie's", Decimal("9.90"), 10, Decimal("19.90"))]
    assert checkout.total == Decimal("289.90")
    assert (shelf(shirt), shelf(hat), shelf(tea)) == ((10, 2), (10, 1), (10, 1))


def test_price_and_title_stay_as_they_were(shirt):
    order = buy(shirt).orders.get()
    shirt.price, shirt.product.title = Decimal(1), "Rag"
    shirt.save()
    shirt.product.save()
    line = order.lines.get()
    assert (line.unit_price, line.title, line.total) == (120, line.title, 120)
    assert line.title != "Rag"


@pytest.mark.parametrize("reads", [True, False], ids=["seen when read", "seen when held"])
def test_all_or_nothing(shirt, foreign_shop, monkeypatch, reads):
    if not reads:
        monkeypatch.setattr("orders.wanted.refuse_missing", lambda *_args: None)
    with pytest.raises(stock.OutOfStock) as caught, transaction.atomic():
        buy(shirt, factories.variant(foreign_shop, stock=0))
    assert [available for _, available in caught.value.shortages] == [0]
    assert (Order.objects.count(), shelf(shirt)) == (0, (10, 0))


def test_what_is_not_on_sale_is_out_of_stock(shirt, hat):
    hat.product.state = "archived"
    hat.product.save()
    with pytest.raises(stock.OutOfStock) as caught:
        buy(shirt, hat)
    assert caught.value.shortages == [(hat, 0)]


def test_who_comes_too_late_is_refused_without_a_write(shop, django_assert_num_queries):
    gone, archived = factories.variant(shop, stock=0), factories.variant(shop, stock=3, is_active=False)
    with django_assert_num_queries(1), pytest.raises(stock.OutOfStock) as caught, transaction.atomic(savepoint=False):
        buy((gone, 2), archived)
    assert caught.value.shortages == [(gone, 0), (archived, 0)]


def test_a_checkout_has_one_currency(shirt):
    dollars = factories.variant(factories.merchant(currency="USD"))
    with pytest.raises(MixedCurrencies) as caught:
        buy(shirt, dollars)
    assert caught.value.currencies == ["CNY", "USD"]


def test_nonsense_is_refused(shirt):
    with pytest.raises(NothingWanted), transaction.atomic():
        buy()
    with pytest.raises(UnknownVariant):
        place(shopper=factories.shopper(), contact=CONTACT, at=AT, lines=[("sku_0", 1)])


def offer(merchant, *lines, **amounts):
    return offers.make(merchant=merchant, lines=lines, **{name: Decimal(v) for name, v in amounts.items()})


def test_an_offer_is_honoured_to_the_cent(shop, shirt, hat):
    quoted = offer(shop, (shirt, 1, Decimal("99.99")), (hat, 3, None), shipping="12.34", discount="10", fee="1.01")
    text = offers.seal(quoted, at=AT)
    checkout = place(shopper=factories.shopper(), contact=CONTACT, at=AT, offers=[offers.unseal(text, at=AT)])
    order = checkout.orders.get()
    amounts = (order.subtotal, order.discount, order.shipping, order.tax, order.total)
    assert amounts == tuple(map(Decimal, ("189.99", "10", "12.34", "1.01", "193.34")))
    assert list(order.lines.order_by("pk").values_list("discount", "total")) == [
        (Decimal("5.26"), Decimal("94.73")),
        (Decimal("4.74"), Decimal("85.26")),
    ]


def test_an_offer_is_used_once(shop, shirt):
    quoted = offer(shop, (shirt, 1, None))
    place(shopper=factories.shopper(), contact=CONTACT, at=AT, offers=[quoted])
    with pytest.raises(OfferUsed), transaction.atomic():
        place(shopper=factories.shopper(), contact=CONTACT, at=AT, offers=[quoted])
    assert shelf(shirt) == (10, 1)


def test_an_offer_stands_alone_at_its_merchant(shop, shirt, hat):
    with pytest.raises(OfferClash):
        place(shopper=factories.shopper(), contact=CONTACT, at=AT, lines=[(hat.code, 1)],
              offers=[offer(shop, (shirt, 1, None))])  # fmt: skip


@pytest.mark.parametrize("text", ["", "a.b.c", "é"])
def test_nobody_else_makes_offers(text):
    with pytest.raises(offers.OfferRefused):
        offers.unseal(text, at=AT)


def test_an_offer_ends(shop, shirt):
    text = offers.seal(offer(shop, (shirt, 1, None)), at=AT)
    with pytest.raises(offers.OfferRefused):
        offers.unseal(text, at=AT + timedelta(days=30))


@pytest.mark.parametrize("amounts", [{"discount": "121"}, {"shipping": "0.001"}, {"fee": "1.005"}])
def test_an_offer_that_makes_no_order_is_refused(shop, shirt, amounts):
    with pytest.raises(offers.OfferUnfit):
        offer(shop, (shirt, 1, None), **amounts)


def test_paying_does_everything_once(shop, shirt):
    order = paid((shirt, 2))
    assert (order.state, order.paid_at, chain(order)) == ("paid", AT, [("", "placed"), ("placed", "paid")])
    assert (shelf(shirt), Hold.objects.get().state) == ((8, 0), "taken")
    assert StockMove.objects.get(cause=order.code).quantity == -2
    assert (sales(shop), Transfer.objects.get().kind) == (240, "payment")
    assert Conversion.objects.get().value == 240
    assert StepDone.objects.get().fact == order.code
    assert list(OutboxMessage.objects.values_list("topic", "key")) == [("order.paid", order.code)]


def test_news_that_come_again_change_nothing(shop, shirt):
    order = paid(shirt)
    outcome = payment.payments.provider("sandbox").find(Payment.objects.get().code)
    assert payment.settle(Payment.objects.get().code, outcome, at=AT) is False
    assert (sales(shop), chain(order)) == (120, [("", "placed"), ("placed", "paid")])


def test_a_declined_payment_leaves_the_order_to_be_paid(shirt):
    checkout = buy(shirt)
    assert (pay(checkout, "decline").state, checkout.orders.get().state) == ("failed", "placed")
    assert (pay(checkout).state, checkout.orders.get().state) == ("captured", "paid")


def test_an_unknown_outcome_is_never_charged_twice(shirt):
    checkout = buy(shirt)
    assert pay(checkout, "hang").state == "pending"
    with pytest.raises(payment.PaymentRefused, match="under way"):
        pay(checkout)
    assert reconcile.settle_pending(at=AT + timedelta(seconds=30)) == 1
    assert (Payment.objects.get().state, checkout.orders.get().state) == ("captured", "paid")
    assert SandboxCharge.objects.count() == 1


def test_a_payment_that_never_reached_the_provider_fails(shirt):
    checkout = buy(shirt)
    payment.begin(checkout, provider="sandbox", method="credit_card", at=AT)
    reconcile.settle_pending(at=AT + timedelta(seconds=30))
    assert (Payment.objects.get().state, Payment.objects.get().failure) == ("failed", "unknown")
    assert pay(checkout).state == "captured"


def test_several_payments_are_split_over_the_orders_to_the_cent(shop, shirt, foreign_shop):
    tea = factories.variant(foreign_shop, price="9.90")
    checkout = buy(shirt, tea)
    voucher = pay(checkout, amount=Decimal("33.33"))
    assert {order.state for order in checkout.orders.all()} == {"placed"}
    pay(checkout)
    assert {order.state for order in checkout.orders.all()} == {"paid"}
    assert sorted(voucher.shares.values_list("amount", flat=True)) == [Decimal("4.74"), Decimal("28.59")]
    assert (sales(shop), sales(foreign_shop)) == (120, Decimal("19.90"))


@pytest.mark.parametrize(("amount", "code"), [("120.01", "too_much"), ("0.001", "too_fine")])
def test_an_amount_that_cannot_be_paid(shirt, amount, code):
    with pytest.raises(payment.PaymentRefused) as caught:
        pay(buy(shirt), amount=Decimal(amount))
    assert caught.value.code == code


def test_nothing_is_paid_without_a_transfer_too(shop, shirt):
    quoted = offer(shop, (shirt, 1, Decimal(0)))
    checkout = place(shopper=factories.shopper(), contact=CONTACT, at=AT, offers=[quoted])
    pay(checkout)
    assert (checkout.orders.get().state, Transfer.objects.count(), shelf(shirt)) == ("paid", 0, (9, 0))


def expire(minutes=15) -> int:
    return expiry.expire_due(at=AT + timedelta(minutes=minutes))


def test_an_unpaid_order_expires_as_of_its_time(shirt):
    order = buy(shirt).orders.get()
    assert (expire(14), expire(60), expire(60)) == (0, 1, 0)
    order.refresh_from_db()
    assert (order.state, order.cancel_reason, order.cancelled_at) == ("cancelled", "unpaid", AT + timedelta(minutes=15))
    assert shelf(shirt) == (10, 0)


def test_a_paid_order_does_not_expire(shirt):
    paid(shirt)
    assert expire(60) == 0


def test_what_was_paid_of_an_order_that_expires_is_given_back(shop, shirt):
    checkout = buy(shirt)
    pay(checkout, amount=Decimal(20))
    expire()
    assert reconcile.carry_out_pending(at=AT + timedelta(hours=1)) == 1
    assert (sales(shop), Refund.objects.get().state) == (0, "done")


def test_a_late_payment_takes_the_goods_if_they_are_still_there(shop, shirt):
    checkout = buy(shirt)
    pay(checkout, "hang")
    expire()
    reconcile.settle_pending(at=AT + timedelta(hours=1))
    order = checkout.orders.get()
    assert (order.state, order.cancelled_at, order.cancel_reason) == ("paid", None, "")
    assert chain(order) == [("", "placed"), ("placed", "cancelled"), ("cancelled", "paid")]
    assert (shelf(shirt), sales(shop)) == ((9, 0), 120)


def test_a_late_payment_is_given_back_when_the_goods_are_gone(shop, shirt):
    checkout = buy((shirt, 10))
    pay(checkout, "hang")
    expire()
    paid(shirt)
    reconcile.settle_pending(at=AT + timedelta(hours=1))
    reconcile.carry_out_pending(at=AT + timedelta(hours=1))
    assert (checkout.orders.get().state, Refund.objects.get().state) == ("cancelled", "done")
    assert (shelf(shirt), sales(shop)) == ((9, 0), 120)


@pytest.mark.parametrize("source", OrderState)
@pytest.mark.parametrize("target", [state for state in OrderState if state != OrderState.PLACED])
def test_the_table_of_moves_is_the_law(shirt, source, target):
    order = buy(shirt).orders.get()
    Order.objects.filter(pk=order.pk).update(state=source)
    order.refresh_from_db()
    if target in MOVES[source]:
        move(order, target, at=AT)
        assert chain(order)[-1] == (source, target)
    else:
        with pytest.raises(WrongState):
            move(order, target, at=AT)
        assert len(chain(order)) == 1


def test_an_order_that_went_elsewhere_is_not_moved(shirt):
    order = buy(shirt).orders.get()
    Order.objects.filter(pk=order.pk).update(state="cancelled")
    with pytest.raises(WrongState):
        move(order, OrderState.PAID, at=AT)
    assert chain(order) == [("", "placed")]


@pytest.mark.parametrize("lines", [1, 3])
def test_buying_and_paying_cost_the_same_for_any_number_of_lines(shop, lines, django_assert_num_queries):
    variants = [factories.variant(shop) for _ in range(lines)]
    paid(variants[0])
    with django_assert_num_queries(2):
        checkout = buy(*variants)
    with django_assert_num_queries(5):  # two of them a savepoint, which stands for the transaction here
        begun = payment.begin(checkout, provider="sandbox", method="credit_card", at=AT)
    with django_assert_num_queries(7):  # two of them a savepoint, one a step that is known once it is committed
        payment.ask(begun, source="approve", at=AT)


def test_a_refusal_is_one_kind_of_error():
    assert all(issubclass(kind, CheckoutRefused) for kind in (NothingWanted, OfferUsed, OfferClash, UnknownVariant))
