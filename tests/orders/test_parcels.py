"""Parcels: orders leave in one or several, by line, and arrive when all of them have."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from orders import carriers, fulfilment, refunds
from orders.cancellation import cancel
from orders.fulfilment import NothingToShip, TooManyUnits, UnknownLine, deliver, deliver_units, ship
from orders.models import Order, OrderLine, Refund, Shipment, ShipmentLine
from orders.moves import CancelReason, WrongState
from orders.refunds import RefundRefused
from tests import factories
from tests.crowd import at_once, everybody_has_read
from tests.factories import AT

from .conftest import paid
from .test_after import fresh, refund

pytestmark = pytest.mark.django_db


def lines(order) -> list[str]:
    return list(order.lines.order_by("pk").values_list("code", flat=True))


def way(order) -> list[str]:
    return list(order.moves.values_list("target", flat=True))[2:]


def test_an_order_leaves_in_two_parcels_and_arrives_with_the_second(shirt, hat):
    order = paid((shirt, 2), hat)
    first, second = lines(order)
    one = ship(order, at=AT, lines={first: 1}, carrier="sf", tracking="1")
    deliver(one, at=AT)
    assert (order.state, one.content) == ("partly", {first: 1})
    two = ship(order, at=AT, carrier="yto", tracking="2")
    assert (order.state, two.content) == ("shipped", {first: 1, second: 1})
    deliver(two, at=AT)
    assert (way(order), fresh(order).state) == (["partly", "shipped", "delivered"], "delivered")


def test_the_same_part_again_is_the_same_parcel(shirt):
    order = paid((shirt, 2))
    part = {lines(order)[0]: 1}
    assert ship(order, at=AT, lines=part, tracking="1") == ship(order, at=AT, lines=part, tracking="1")
    assert order.lines.get().shipped == 1


@pytest.mark.parametrize(("units", "error"), [(3, TooManyUnits), (0, NothingToShip)])
def test_no_more_leaves_than_was_ordered(shirt, units, error):
    order = paid((shirt, 2))
    with pytest.raises(error):
        ship(order, at=AT, lines={lines(order)[0]: units})
    assert (fresh(order).state, Shipment.objects.count()) == ("paid", 0)


def test_lines_of_others_are_not_sent(shirt):
    order = paid(shirt)
    with pytest.raises(UnknownLine):
        ship(order, at=AT, lines={"oln_x": 1})


def test_a_refund_of_all_that_is_left_completes_a_partly_shipped_order(shirt):
    order = paid((shirt, 3))
    ship(order, at=AT, lines={lines(order)[0]: 1})
    (one,) = refund(order, (0, 2), restock=True)
    line = order.lines.get()
    assert (fresh(order).state, one.lines.get().unshipped) == ("shipped", 2)
    assert (line.shipped, line.returned, fresh(shirt).on_hand) == (1, 0, 9)


def test_a_refund_takes_what_has_not_left_first_and_then_what_has(shirt):
    order = paid((shirt, 3))
    ship(order, at=AT, lines={lines(order)[0]: 2})
    (one,) = refund(order, (0, 2), restock=True)
    assert (one.lines.get().unshipped, order.lines.get().returned, fresh(shirt).on_hand) == (1, 1, 9)


def test_an_order_refunded_before_anything_left_is_over(shirt):
    order = paid((shirt, 2))
    refund(order, (0, 2))
    assert (fresh(order).state, order.cancel_reason) == ("cancelled", "refunded")
    with pytest.raises(WrongState):
        ship(order, at=AT)


def test_units_that_cost_nothing_come_back_too(shop, shirt):
    gift = factories.variant(shop, price="0")
    order = paid(shirt, gift)
    ship(order, at=AT)
    (one,) = refund(order, (1, 1), restock=True)
    assert (one.state, one.amount, fresh(gift).on_hand, order.lines.get(variant=gift).returned) == ("done", 0, 10, 1)
    with pytest.raises(RefundRefused):
        refund(order, (1, 1))


def test_a_service_is_not_sent_and_is_delivered_where_it_is_verified(shop, shirt):
    service = factories.variant(shop, product=factories.product(shop, is_service=True))
    order = paid((service, 2))
    assert order.ship_by_at is None
    with pytest.raises(NothingToShip):
        ship(order, at=AT)
    line = order.lines.get()
    deliver_units(line, 1, at=AT)
    assert line.order.state == "partly"
    deliver_units(line, 1, at=AT)
    with pytest.raises(WrongState):
        deliver_units(line, 1, at=AT)
    assert (way(order), order.lines.get().shipped) == (["partly", "shipped", "delivered"], 2)


def test_a_service_verified_at_once_is_delivered_in_one_step(shop):
    order = paid(factories.variant(shop, product=factories.product(shop, is_service=True)))
    deliver_units(order.lines.get(), 1, at=AT)
    assert way(order) == ["delivered"]


def test_goods_are_late_two_days_after_the_payment(shirt):
    assert paid(shirt).ship_by_at == AT + timedelta(hours=48)


def test_carriers_are_known_by_their_names_in_both_languages():
    assert [carriers.code_of(text) for text in ("SF", "顺丰速运", "J&T Express", "Correios")] == [
        "sf",
        "sf",
        "jt",
        "Correios",
    ]
    assert carriers.tracking_address("dhl", "a b").endswith("tracking-id=a%20b")
    assert carriers.tracking_address("Correios", "1") == ""


def naive_ship(order, *, at, lines):
    """The control: count what is left, then send it, with nobody held back in between."""
    line = OrderLine.objects.get()
    left = line.quantity - line.shipped
    everybody_has_read()
    if left >= sum(lines.values()):
        OrderLine.objects.filter(pk=line.pk).update(shipped=line.shipped + 1)
        shipment = Shipment.objects.create(merchant_id=order.merchant_id, order=order, shipped_at=at)
        ShipmentLine.objects.create(shipment=shipment, line=line, quantity=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("send", "sent"), [(ship, 1), (naive_ship, 3)], ids=["guarded", "control"])
def test_the_last_unit_leaves_once(shirt, send, sent):
    order = paid(shirt)
    read = [Order.objects.get(pk=order.pk) for _ in range(3)]
    part = {lines(order)[0]: 1}
    at_once([partial(send, one, at=AT, lines=part) for one in read])
    assert ShipmentLine.objects.count() == sent


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_an_order_leaves_or_is_cancelled_but_not_both(shirt, turn):
    order = paid(shirt)
    read = [Order.objects.get(pk=order.pk) for _ in range(2)]
    results = at_once([
        partial(ship, read[0], at=AT),
        partial(cancel, read[1], reason=CancelReason.MERCHANT, at=AT),
    ])  # fmt: skip
    assert [type(result) for result in results].count(WrongState) == 1
    assert Shipment.objects.count() + Refund.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_a_unit_is_sent_or_refunded_but_not_both(shirt, turn):
    order = paid(shirt)
    line, read = lines(order)[0], Order.objects.get(pk=order.pk)
    wish = refunds.Wish(line, 1, unshipped=1)
    at_once([partial(fulfilment.ship, read, at=AT), partial(refunds.request, order, wishes=[wish], at=AT)])
    assert Shipment.objects.count() + Refund.objects.count() == 1
    assert order.lines.get().total == Decimal(120)
