"""Flash sales: units of their own, limits per buyer, and nothing sold twice while many buy, let go and close."""

import uuid
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction
from django.db.models import F, Sum

from shops.catalogue import stock
from shops.models import AuditEntry, FlashBuyer, FlashItem, FlashSale, Hold, Variant
from shops.promotions import flash
from shops.promotions.flash import FlashRefused, LimitReached
from shops.tenancy import access_of
from tests import factories
from tests.crowd import at_once, everybody_has_read
from tests.factories import AT

pytestmark = pytest.mark.django_db
SOON, OVER = AT + timedelta(minutes=15), AT + timedelta(hours=1)


def sale_of(shop, *, starts_at=AT, ends_at=OVER, **fields) -> FlashSale:
    return FlashSale.objects.create(
        merchant=shop, title="Noon", starts_at=starts_at, ends_at=ends_at, created_at=AT, **fields
    )


def item_of(sale, variant, *, quantity=5, price="60", per_buyer=None) -> FlashItem:
    return FlashItem.objects.create(
        sale=sale, merchant=sale.merchant, variant=variant, price=Decimal(price), quantity=quantity,
        per_buyer=per_buyer,
    )  # fmt: skip


@pytest.fixture
def access(shop, alice):
    return access_of(alice, shop, at=AT)


@pytest.fixture
def shirt(shop):
    return factories.variant(shop, stock=8)


@pytest.fixture
def offered(access, shop, shirt):
    """Return a function that publishes a sale of the shirt and returns its item."""

    def offer(**fields) -> FlashItem:
        item = item_of(sale_of(shop), shirt, **fields)
        flash.publish(access, item.sale, at=AT)
        return item

    return offer


def hold(item, quantity=1, *, shopper=None, cause="ord_1", at=AT):
    wanted = stock.Wanted(cause, item.variant, quantity, item, shopper or uuid.uuid4())
    with transaction.atomic():
        stock.hold_all([wanted], at=at, expires_at=SOON)


def books(item) -> tuple[int, int, int]:
    """Return (on hand, reserved, left), after checking them against moves, holds and buyers."""
    variant = Variant.objects.get(pk=item.variant_id)
    item = FlashItem.objects.get(pk=item.pk)
    live = Hold.objects.filter(variant=variant, state="live").aggregate(sum=Sum("quantity"))["sum"] or 0
    gone = Hold.objects.filter(flash_item=item, state__in=["live", "taken"])
    counted = FlashBuyer.objects.filter(item=item).aggregate(sum=Sum("units"))["sum"] or 0
    assert variant.reserved == live + item.left
    assert (gone.aggregate(sum=Sum("quantity"))["sum"] or 0) == counted
    assert not item.is_open or item.quantity == item.left + counted
    return variant.on_hand, variant.reserved, item.left


def test_publishing_sets_units_aside(offered):
    item = offered()
    assert books(item) == (8, 5, 5)
    assert flash.running([item.variant], at=AT) == {item.variant_id: item}
    assert AuditEntry.objects.get().verb == "flash_sale.publish"


@pytest.mark.parametrize(("minutes", "runs"), [(-1, False), (0, True), (59, True), (60, False)])
def test_a_sale_runs_from_its_start_until_before_its_end(offered, minutes, runs):
    item, at = offered(), AT + timedelta(minutes=minutes)
    assert bool(flash.running([item.variant], at=at)) == runs
    if runs:
        hold(item, at=at)
    else:
        with pytest.raises(stock.OutOfStock):
            hold(item, at=at)


@pytest.mark.parametrize(("fields", "code"), [({"quantity": 9}, "not_enough"), ({"price": "100"}, "not_cheaper")])
def test_what_cannot_be_sold_is_not_published(access, shop, shirt, fields, code):
    item = item_of(sale_of(shop), shirt, **fields)
    with pytest.raises(FlashRefused) as refused:
        flash.publish(access, item.sale, at=AT)
    assert (refused.value.code, refused.value.item) == (code, item)
    assert (books(item), FlashSale.objects.get().state) == ((8, 0, 0), "draft")


def test_an_empty_a_past_and_a_published_sale_are_not_published(access, shop, offered):
    empty, past = sale_of(shop), sale_of(shop, starts_at=AT - timedelta(hours=1), ends_at=AT)
    item_of(past, factories.variant(shop))
    codes = []
    for sale in (empty, past, offered().sale):
        with pytest.raises(FlashRefused) as refused:
            flash.publish(access, sale, at=AT)
        codes.append(refused.value.code)
    assert codes == ["no_items", "is_over", "not_a_draft"]


@pytest.mark.parametrize(("hours", "refused"), [(0, True), (1, False)])
def test_a_variant_is_in_one_sale_at_a_time(access, shop, shirt, offered, hours, refused):
    offered(quantity=2)
    starts_at = AT + timedelta(hours=hours)
    second = item_of(sale_of(shop, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1)), shirt, quantity=2)
    if not refused:
        flash.publish(access, second.sale, at=AT)
    else:
        with pytest.raises(FlashRefused, match="overlaps"):
            flash.publish(access, second.sale, at=AT)
    assert Variant.objects.get().reserved == (2 if refused else 4)


def test_buying_moves_units_from_the_item_to_the_hold(offered):
    item = offered()
    hold(item, 2)
    assert books(item) == (8, 5, 3)
    stock.take(cause="ord_1", at=AT)
    assert books(item) == (6, 3, 3)


def test_letting_go_gives_units_and_limit_back(offered):
    item, sam = offered(per_buyer=2), uuid.uuid4()
    hold(item, 2, shopper=sam)
    assert [stock.release(cause="ord_1", at=AT) for _ in range(2)] == [1, 0]
    assert (books(item), FlashBuyer.objects.get().units) == ((8, 5, 5), 0)
    hold(item, 2, shopper=sam)
    assert books(item) == (8, 5, 3)


def test_a_buyer_gets_no_more_than_the_limit(offered):
    item, sam = offered(per_buyer=2), uuid.uuid4()
    hold(item, 1, shopper=sam)
    for wanted in (2, 3):
        with pytest.raises(LimitReached) as reached:
            hold(item, wanted, shopper=sam, cause="ord_2")
        assert (reached.value.item, reached.value.may_still) == (item, 1)
    hold(item, 2, cause="ord_3")
    assert books(item) == (8, 5, 2)


def test_a_flash_line_and_a_line_of_the_shelf_are_held_together_or_not_at_all(shop, offered):
    item, hat = offered(quantity=1), factories.variant(shop, stock=1)
    wanted = [
        stock.Wanted("ord_1", hat, 2),
        stock.Wanted("ord_1", item.variant, 2, item, uuid.uuid4()),
    ]
    with pytest.raises(stock.OutOfStock) as short, transaction.atomic():
        stock.hold_all(wanted, at=AT, expires_at=SOON)
    assert short.value.shortages == [(item.variant, 1), (hat, 1)]
    assert (books(item), Hold.objects.count()) == ((8, 1, 1), 0)


def test_closing_gives_back_what_is_left_and_spares_what_is_held(offered):
    item = offered()
    hold(item, 2)
    hold(item, 1, cause="ord_2")
    assert [flash.close_over(at=OVER) for _ in range(2)] == [1, 0]
    assert (books(item), FlashSale.objects.get().closed_at) == ((8, 3, 0), OVER)
    stock.take(cause="ord_1", at=OVER)
    stock.release(cause="ord_2", at=OVER)
    assert books(item) == (6, 0, 0)


def test_ending_early(access, offered):
    item = offered()
    assert [flash.end(access, item.sale, at=AT) for _ in range(2)] == [True, False]
    assert (books(item), flash.running([item.variant], at=AT)) == ((8, 0, 0), {})


@pytest.mark.parametrize(
    ("units", "code", "after"),
    [
        (8, None, (8, 8, 6)),
        (2, None, (8, 2, 0)),
        (9, "not_enough", (8, 5, 3)),
        (1, "sold", (8, 5, 3)),
    ],
)
def test_changing_units_while_it_runs(access, offered, units, code, after):
    item = offered()
    hold(item, 2)
    if code is None:
        flash.change_units(access, item, units=units, at=AT)
    else:
        with pytest.raises(FlashRefused, match=code):
            flash.change_units(access, item, units=units, at=AT)
    assert books(item) == after


def test_a_late_payer_gets_units_of_the_sale_again_or_of_the_shelf(offered):
    item = offered()
    hold(item, 2)
    for at, after in ((SOON, (8, 5, 3)), (OVER, (8, 2, 0))):
        stock.release(cause="ord_1", at=at)
        flash.close_over(at=at)
        stock.hold_again(cause="ord_1", at=at, expires_at=at)
        assert books(item) == after


def test_three_flash_items_cost_what_one_costs(access, shop, django_assert_num_queries):
    sale = sale_of(shop)
    items = [item_of(sale, factories.variant(shop)) for _ in range(4)]
    flash.publish(access, sale, at=AT)
    for cause, some in (("ord_1", items[:1]), ("ord_2", items[1:])):
        wanted = [stock.Wanted(cause, item.variant, 1, item, uuid.uuid4()) for item in some]
        with django_assert_num_queries(1):
            stock.hold_all(wanted, at=AT, expires_at=SOON)
        with django_assert_num_queries(1):
            stock.release(cause=cause, at=AT)


class Refused(Exception):
    """What a control says where a guard would refuse."""


def naive_hold(item, quantity=1, *, shopper, cause):
    """The control: look at what is left and at the limit, then act."""
    found = FlashItem.objects.get(pk=item.pk)
    mine = FlashBuyer.objects.filter(item=item, shopper=shopper).aggregate(sum=Sum("units"))["sum"] or 0
    everybody_has_read()
    if found.left < quantity or (found.per_buyer and mine + quantity > found.per_buyer):
        raise Refused
    Hold.objects.create(
        merchant=item.merchant, variant=item.variant, flash_item=item, shopper=shopper, quantity=quantity,
        cause=cause, created_at=AT, expires_at=SOON,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("buy", "sold"), [pytest.param(hold, 5, id="guarded"), pytest.param(naive_hold, 20, id="control")]
)
def test_twenty_buyers_and_five_units(offered, buy, sold):
    item = offered()
    at_once([partial(buy, item, shopper=uuid.uuid4(), cause=f"ord_{n}") for n in range(20)])
    assert Hold.objects.count() == sold
    if buy is hold:
        assert books(item) == (8, 5, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("buy", "got"), [pytest.param(hold, 2, id="guarded"), pytest.param(naive_hold, 8, id="control")]
)
def test_one_buyer_in_eight_windows_gets_the_limit(offered, buy, got):
    item, sam = offered(quantity=8, per_buyer=2), uuid.uuid4()
    results = at_once([partial(buy, item, shopper=sam, cause=f"ord_{n}") for n in range(8)])
    assert (Hold.objects.count(), results.count(None)) == (got, got)
    if buy is hold:
        assert [type(result) for result in results if result] == [LimitReached] * 6
        assert books(item) == (8, 8, 6)


def naive_release(*, cause, at):
    """The control: read the item, then write what one has computed."""
    held = Hold.objects.select_related("flash_item").get(cause=cause)
    everybody_has_read()
    everybody_has_read()
    Hold.objects.filter(pk=held.pk).update(state="released")
    FlashBuyer.objects.filter(item=held.flash_item, shopper=held.shopper).update(units=F("units") - held.quantity)
    FlashItem.objects.filter(pk=held.flash_item_id).update(left=held.flash_item.left + held.quantity)


def buy_in_between(item, *, cause):
    """Buy while those who let go, or close, have read and not yet written."""
    everybody_has_read()
    hold(item, cause=cause)
    everybody_has_read()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("let_go", "buy", "left"),
    [
        pytest.param(stock.release, hold, 4, id="guarded"),
        pytest.param(naive_release, buy_in_between, 5, id="control"),
    ],
)
def test_letting_go_while_others_buy(offered, let_go, buy, left):
    item = offered(quantity=8)
    for number in range(4):
        hold(item, cause=f"ord_{number}")
    calls = [partial(let_go, cause=f"ord_{number}", at=AT) for number in range(4)]
    results = at_once(calls + [partial(buy, item, cause=f"new_{number}") for number in range(4)])
    assert [result for result in results if isinstance(result, Exception)] == []
    item.refresh_from_db()
    assert item.left == left
    if let_go is stock.release:
        assert books(item) == (8, 8, 4)


def naive_close(sale):
    """The control: read what is left, then give that back."""
    item = sale.items.get()
    everybody_has_read()
    everybody_has_read()
    FlashItem.objects.filter(pk=item.pk).update(left=0, is_open=False)
    Variant.objects.filter(pk=item.variant_id).update(reserved=F("reserved") - item.left)
    FlashSale.objects.filter(pk=sale.pk).update(state="closed", closed_at=AT)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_closing_while_others_buy_and_let_go(access, offered, turn):
    item = offered(quantity=8)
    for number in range(4):
        hold(item, cause=f"old_{number}")
    calls = [partial(hold, item, cause=f"new_{n}") for n in range(4)]
    calls[turn:turn] = [partial(flash.close, item.sale, at=AT)]
    calls += [partial(stock.release, cause=f"old_{n}", at=AT) for n in range(4)]
    results = at_once(calls)
    assert {type(result) for result in results if isinstance(result, Exception)} <= {stock.OutOfStock}
    on_hand, reserved, left = books(item)
    assert (on_hand, reserved, left) == (8, results.count(None), 0)


@pytest.mark.django_db(transaction=True)
def test_closing_by_what_was_read_before_lets_units_go_twice(offered):
    item = offered(quantity=8)
    at_once([partial(naive_close, item.sale), partial(buy_in_between, item, cause="ord_1")])
    assert (Hold.objects.filter(state="live").count(), Variant.objects.get().reserved) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_two_sales_of_one_variant_published_at_once(access, shop, shirt):
    items = [item_of(sale_of(shop), shirt, quantity=2) for _ in range(4)]
    results = at_once([partial(flash.publish, access, item.sale, at=AT) for item in items])
    assert [type(r) for r in results].count(FlashRefused) == 3
    assert Variant.objects.get().reserved == 2


@pytest.mark.django_db(transaction=True)
def test_crossing_carts_of_flash_items_and_others_never_wait_in_a_circle(access, shop):
    sale = sale_of(shop)
    items = [item_of(sale, factories.variant(shop, stock=40), quantity=20) for _ in range(3)]
    flash.publish(access, sale, at=AT)
    others = [factories.variant(shop, stock=40) for _ in range(3)]

    def buy(number):
        sam, cause = uuid.uuid4(), f"ord_{number}"
        wanted = [stock.Wanted(cause, item.variant, 1, item, sam) for item in items]
        wanted += [stock.Wanted(cause, variant, 1) for variant in others]
        with transaction.atomic():
            stock.hold_all(wanted[::-1] if number % 2 else wanted, at=AT, expires_at=SOON)
        stock.take(cause=cause, at=AT) if number % 3 else stock.release(cause=cause, at=AT)

    results = at_once([partial(buy, number) for number in range(15)])
    assert [result for result in results if result is not None and not isinstance(result, int)] == []
    assert {books(item) for item in items} == {(30, 10, 10)}


def test_the_database_refuses_to_give_more_than_is_left(offered):
    item = offered()
    with pytest.raises(Exception, match="flash_item_left"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute('UPDATE shops_flashitem SET "left" = quantity + 1 WHERE id = %s', [item.pk])
