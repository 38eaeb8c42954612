"""Stock: what is held is not sold twice, and what is on hand is what moved."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from shops.catalogue import stock
from shops.models import Hold, StockMove, Variant
from tests import factories
from tests.crowd import at_once, everybody_has_read
from tests.factories import AT

pytestmark = pytest.mark.django_db
SOON = AT + timedelta(minutes=15)


def hold(*lines, cause="ord_1"):
    stock.hold(cause=cause, lines=lines, at=AT, expires_at=SOON)


def shelf(variant) -> tuple[int, int]:
    """Return (on hand, reserved), after checking both against moves and holds."""
    variant.refresh_from_db()
    moved = StockMove.objects.filter(variant=variant).aggregate(sum=Sum("quantity"))["sum"] or 0
    live = Hold.objects.filter(variant=variant, state="live").aggregate(sum=Sum("quantity"))["sum"] or 0
    assert (variant.on_hand, variant.reserved) == (moved, live)
    return moved, live


@pytest.fixture
def shirt(shop):
    return factories.variant(shop, stock=3)


@pytest.fixture
def hat(shop):
    return factories.variant(shop, stock=1)


def test_a_hold_reserves(shirt):
    hold((shirt, 2))
    assert shelf(shirt) == (3, 2)


def test_all_lines_are_held_or_none(shirt, hat):
    with pytest.raises(stock.OutOfStock) as caught:
        hold((shirt, 2), (hat, 2))
    assert caught.value.shortages == [(hat, 1)]
    assert (shelf(shirt), shelf(hat)) == ((3, 0), (1, 0))


def test_every_shortage_is_told(shirt, hat):
    hold((shirt, 2))
    with pytest.raises(stock.OutOfStock) as caught:
        hold((shirt, 2), (hat, 2), cause="ord_2")
    assert caught.value.shortages == [(shirt, 1), (hat, 1)]


def test_a_cause_holds_once(shirt):
    hold((shirt, 1))
    with pytest.raises(stock.AlreadyHeld):
        hold((shirt, 1))
    assert shelf(shirt) == (3, 1)


def test_release_frees_once(shirt, hat):
    hold((shirt, 2), (hat, 1))
    assert [stock.release(cause="ord_1", at=AT) for _ in range(2)] == [2, 0]
    assert (shelf(shirt), shelf(hat)) == ((3, 0), (1, 0))


def test_a_released_cause_holds_anew(shirt):
    hold((shirt, 2))
    stock.release(cause="ord_1", at=AT)
    hold((shirt, 3))
    assert shelf(shirt) == (3, 3)


def test_taking_sells_once(shirt):
    hold((shirt, 2))
    for _ in range(2):
        stock.take(cause="ord_1", at=AT)
    assert shelf(shirt) == (1, 0)
    assert list(shirt.moves.filter(kind="sale").values_list("quantity", "cause")) == [(-2, "ord_1")]


def test_nothing_is_taken_of_a_hold_that_is_gone(shirt, hat):
    hold((shirt, 2), (hat, 1))
    Hold.objects.filter(variant=hat).update(state="released")
    Variant.objects.filter(pk=hat.pk).update(reserved=0)
    with pytest.raises(stock.HoldGone), transaction.atomic():
        stock.take(cause="ord_1", at=AT)
    assert (shelf(shirt), shelf(hat)) == ((3, 2), (1, 0))


def test_nothing_is_taken_that_was_never_held(shirt):
    with pytest.raises(stock.HoldGone):
        stock.take(cause="ord_1", at=AT)


def test_one_cause_puts_back_once(shirt):
    assert [stock.put_back(variant=shirt, quantity=2, cause="rfd_1", at=AT) for _ in range(2)] == [True, False]
    assert shelf(shirt) == (5, 0)


def test_receiving(shirt):
    assert stock.receive(variant=shirt, quantity=4, cause="delivery note 1", at=AT)
    assert shelf(shirt) == (7, 0)


@pytest.mark.parametrize(("found", "difference"), [(2, -1), (3, 0), (9, 6)])
def test_counting(shirt, found, difference):
    assert stock.count(variant=shirt, on_hand=found, cause="count", at=AT) == difference
    assert shelf(shirt) == (found, 0)


def test_a_count_cannot_lose_what_buyers_were_promised(shirt):
    hold((shirt, 2))
    with pytest.raises(stock.BelowReserved):
        stock.count(variant=shirt, on_hand=1, cause="count", at=AT)
    assert shelf(shirt) == (3, 2)


def test_holding_three_lines_costs_what_one_costs(shop, django_assert_num_queries):
    variants = [factories.variant(shop) for _ in range(4)]
    for number, lines in enumerate([variants[:1], variants[1:]]):
        with django_assert_num_queries(3):
            hold(*((variant, 1) for variant in lines), cause=f"ord_{number}")


def naive_hold(variant, cause):
    """The control: the same sale by check, then act."""
    if Variant.objects.get(pk=variant.pk).available < 1:
        raise stock.OutOfStock([(variant, 0)])
    everybody_has_read()
    Hold.objects.create(
        merchant_id=variant.merchant_id, variant=variant, quantity=1, cause=cause, created_at=AT, expires_at=SOON
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("sell", "sold"),
    [
        pytest.param(lambda variant, cause: hold((variant, 1), cause=cause), 1, id="guarded"),
        pytest.param(naive_hold, 20, id="control"),
    ],
)
def test_twenty_buyers_and_one_unit(hat, sell, sold):
    results = at_once([partial(sell, hat, f"ord_{number}") for number in range(20)])
    assert (results.count(None), [type(r) for r in results if r]) == (sold, [stock.OutOfStock] * (20 - sold))
    assert Hold.objects.count() == sold


@pytest.mark.django_db(transaction=True)
def test_crossing_carts_never_wait_in_a_circle(shop):
    variants = [factories.variant(shop, stock=100) for _ in range(5)]
    orders = [variants if number % 2 else variants[::-1] for number in range(20)]

    def buy(number, lines):
        hold(*((variant, 1) for variant in lines), cause=f"ord_{number}")
        stock.take(cause=f"ord_{number}", at=AT) if number % 3 else stock.release(cause=f"ord_{number}", at=AT)

    results = at_once([partial(buy, *order) for order in enumerate(orders)])
    assert [result for result in results if isinstance(result, Exception)] == []
    assert {shelf(variant) for variant in variants} == {(87, 0)}


def test_the_database_refuses_to_promise_more_than_there_is(hat):
    with pytest.raises(IntegrityError), transaction.atomic():
        Variant.objects.filter(pk=hat.pk).update(reserved=2)
