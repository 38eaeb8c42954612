"""Uses of promotions: limits, budgets and limits per shopper hold under races; each race with its control."""

from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from shops.models import Promotion, PromotionUse, ShopperUses
from shops.promotions import uses
from shops.promotions.uses import UsedUp, Wanted
from tests import factories
from tests.crowd import at_once, everybody_has_read
from tests.factories import AT

pytestmark = pytest.mark.django_db
races = pytest.mark.django_db(transaction=True)


@pytest.fixture
def coupon(shop):
    return made(shop)


def made(merchant, **fields) -> Promotion:
    defaults = {
        "kind": "coupon", "benefit": "fixed", "amount": Decimal(10), "title": "Ten off", "currency": "CNY",
        "state": "active", "starts_at": AT, "created_at": AT,
    }  # fmt: skip
    return Promotion.objects.create(merchant=merchant, **defaults | fields)


def limited(promotion, **fields) -> Promotion:
    Promotion.objects.filter(pk=promotion.pk).update(**fields)
    return promotion


def use(promotion, shop, cause, *, shopper=None, basket=None, amount="10"):
    wanted = [Wanted(promotion.pk, shop.pk, cause, Decimal(amount))]
    with transaction.atomic():
        uses.claim(wanted, basket=basket or cause, shopper=shopper or factories.shopper(), at=AT)


def counted(promotion) -> tuple[int, Decimal, int]:
    promotion.refresh_from_db()
    return promotion.used, promotion.spent, PromotionUse.objects.filter(state="live").count()


def naive_use(promotion, shop, cause, *, shopper=None):
    """The control: look at the row, then count, without the guard in the update."""
    found = Promotion.objects.get(pk=promotion.pk)
    mine = ShopperUses.objects.filter(promotion=promotion, shopper=shopper).first() if shopper else None
    everybody_has_read()
    is_free = found.limit is None or found.used < found.limit
    is_bearable = found.budget is None or found.spent + 10 <= found.budget
    if not is_free or not is_bearable or (mine and mine.used >= found.per_shopper):
        raise UsedUp([promotion.pk])
    PromotionUse.objects.create(
        promotion=promotion, merchant=shop, cause=cause, basket=cause, shopper=shopper or factories.shopper(),
        amount=10, at=AT,
    )  # fmt: skip


@races
@pytest.mark.parametrize("limits", [{"limit": 3}, {"budget": Decimal(39)}])
@pytest.mark.parametrize(
    ("claim", "live"), [pytest.param(use, 3, id="guarded"), pytest.param(naive_use, 8, id="control")]
)
def test_eight_at_once_use_what_three_may(shop, coupon, limits, claim, live):
    limited(coupon, **limits)
    results = at_once([partial(claim, coupon, shop, f"ord_{n}") for n in range(8)])
    assert PromotionUse.objects.filter(state="live").count() == live
    assert [type(result) for result in results if result] == [UsedUp] * (8 - live)
    if claim is use:
        assert counted(coupon) == (3, 30, 3)


@races
@pytest.mark.parametrize(
    ("claim", "live"), [pytest.param(use, 2, id="guarded"), pytest.param(naive_use, 6, id="control")]
)
def test_one_shopper_in_six_windows_uses_it_twice(shop, coupon, claim, live):
    limited(coupon, per_shopper=2)
    sam = factories.shopper()
    at_once([partial(claim, coupon, shop, f"ord_{n}", shopper=sam) for n in range(6)])
    assert PromotionUse.objects.filter(shopper=sam, state="live").count() == live


def test_a_promotion_without_limits_keeps_no_count(shop, coupon):
    for n in range(4):
        use(coupon, shop, f"ord_{n}")
    assert (counted(coupon), ShopperUses.objects.count()) == ((0, 0, 4), 0)


@races
def test_two_promotions_claimed_crosswise_never_wait_in_a_circle(shop, coupon):
    other = limited(made(shop), limit=100)
    limited(coupon, limit=100)

    def both(turn):
        pair = [coupon, other] if turn % 2 else [other, coupon]
        with transaction.atomic():
            wanted = [Wanted(promotion.pk, shop.pk, f"ord_{turn}", Decimal(1)) for promotion in pair]
            uses.claim(wanted, basket=f"ord_{turn}", shopper=factories.shopper(), at=AT)
        uses.release(cause=f"ord_{turn}", at=AT)

    assert at_once([partial(both, turn) for turn in range(12)]) == [None] * 12
    assert (counted(coupon), counted(other)[0]) == ((0, 0, 0), 0)


def test_a_refused_use_leaves_nothing(shop, coupon):
    limited(coupon, per_shopper=1, limit=5)
    sam = factories.shopper()
    use(coupon, shop, "ord_1", shopper=sam)
    with pytest.raises(UsedUp) as caught:
        use(coupon, shop, "ord_2", shopper=sam)
    assert (caught.value.promotions, counted(coupon)) == ([coupon.pk], (1, 10, 1))


def test_a_checkout_at_two_shops_is_one_use_until_both_orders_are_called_off(shop, foreign_shop):
    platform = made(None, limit=1, per_shopper=1)
    sam = factories.shopper()
    with transaction.atomic():
        wanted = [
            Wanted(platform.pk, shop.pk, "ord_1", Decimal(6)),
            Wanted(platform.pk, foreign_shop.pk, "ord_2", Decimal(4)),
        ]
        uses.claim(wanted, basket="chk_1", shopper=sam, at=AT)
    assert counted(platform) == (1, 10, 2)
    assert (uses.release(cause="ord_1", at=AT), counted(platform)) == (1, (1, 4, 1))
    with pytest.raises(UsedUp):
        use(platform, shop, "ord_3", shopper=sam)
    assert (uses.release(cause="ord_2", at=AT), counted(platform)) == (1, (0, 0, 0))
    assert ShopperUses.objects.get().used == 0
    use(platform, shop, "ord_3", shopper=sam)


@races
def test_releasing_again_changes_nothing_even_at_once(shop, coupon):
    limited(coupon, limit=5)
    use(coupon, shop, "ord_1")
    use(coupon, shop, "ord_2")
    results = at_once([partial(uses.release, cause="ord_1", at=AT)] * 4)
    assert (sorted(results), counted(coupon)) == ([0, 0, 0, 1], (1, 10, 1))


def test_what_was_given_back_is_used_again_if_it_can_be(shop, coupon):
    limited(coupon, limit=1, per_shopper=1)
    sam = factories.shopper()
    use(coupon, shop, "ord_1", shopper=sam)
    uses.release(cause="ord_1", at=AT)
    uses.revive(cause="ord_1", at=AT)
    assert (counted(coupon), ShopperUses.objects.get().used) == ((1, 10, 1), 1)
    uses.release(cause="ord_1", at=AT)
    use(coupon, shop, "ord_2")
    with pytest.raises(UsedUp), transaction.atomic():
        uses.revive(cause="ord_1", at=AT)
    assert counted(coupon) == (1, 10, 1)


def test_reviving_a_part_of_a_checkout_counts_it_once(shop, foreign_shop):
    platform = made(None, limit=1)
    with transaction.atomic():
        wanted = [
            Wanted(platform.pk, shop.pk, "ord_1", Decimal(6)),
            Wanted(platform.pk, foreign_shop.pk, "ord_2", Decimal(4)),
        ]
        uses.claim(wanted, basket="chk_1", shopper=factories.shopper(), at=AT)
    uses.release(cause="ord_1", at=AT)
    uses.revive(cause="ord_1", at=AT)
    assert counted(platform) == (1, 10, 2)


def test_the_database_holds_the_limit_too(shop, coupon):
    limited(coupon, limit=1, used=1)
    with pytest.raises(IntegrityError, match="promotion_limit"), transaction.atomic():
        Promotion.objects.filter(pk=coupon.pk).update(used=F("used") + 1)
