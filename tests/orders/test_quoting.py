"""Promotions at the till: what was shown is charged, and written down by promotion and by who bears it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction

from orders import cart, expiry, quoting, reconcile, sealing
from orders.cancellation import cancel
from orders.checkout import (
    CouponsRefused,
    NotServed,
    QuoteChanged,
    QuoteUsed,
    place,
    place_cart,
)
from orders.models import Checkout, LineDiscount, Order
from orders.wanted import variants
from shops.delivery.rates import Destination
from shops.models import Claim, Promotion, PromotionProduct, PromotionUse, ShippingRate, ShippingTemplate, ShopperUses
from shops.promotions.terms import Why
from tests import factories
from tests.crowd import at_once
from tests.factories import AT

from .conftest import CONTACT, buy, paid, pay

pytestmark = pytest.mark.django_db


def promotion(merchant, kind="coupon", benefit="fixed", amount="20", **fields) -> Promotion:
    value = {"percent": Decimal(amount)} if benefit == "percent" else {"amount": amount and Decimal(amount)}
    defaults = {
        "title": f"{kind} {amount}", "currency": "CNY", "state": "active", "starts_at": AT - timedelta(days=1),
        "created_at": AT, "threshold": Decimal(0),
    }  # fmt: skip
    return Promotion.objects.create(merchant=merchant, kind=kind, benefit=benefit, **defaults | value | fields)


def quote(*lines, coupons=(), shopper=None, at=AT, **details):
    found = variants([variant.code for variant, _ in lines])
    pairs = [(found[variant.code], quantity) for variant, quantity in lines]
    return quoting.quote(shopper=shopper or factories.shopper(), lines=pairs, at=at, coupons=coupons, **details)


def shown(*lines, **details) -> sealing.Sealed:
    return sealing.unseal(sealing.seal(quote(*lines, **details)))


def amounts(order: Order) -> tuple[Decimal, ...]:
    return order.subtotal, order.discount, order.subsidy, order.shipping, order.shipping_subsidy, order.total


def test_reductions_are_written_by_line_promotion_and_who_bears_them(shop, shirt, hat):
    mine = promotion(shop, "threshold", amount="30", threshold=Decimal(150))
    platform = promotion(None, amount="12", threshold=Decimal(100), word="DOUBLE11")
    order = buy(shirt, hat, coupons=["double11"]).orders.get()
    assert amounts(order) == (150, 42, 12, 0, 0, 108)
    lines = order.lines.order_by("pk").values_list("discount", "subsidy", "total")
    assert list(lines) == [
        (Decimal("33.6"), Decimal("9.6"), Decimal("86.4")),
        (Decimal("8.4"), Decimal("2.4"), Decimal("21.6")),
    ]
    parts = LineDiscount.objects.order_by("pk").values_list("promotion", "amount", "is_subsidy")
    assert list(parts) == [
        (mine.pk, 24, False), (platform.pk, Decimal("9.6"), True),
        (mine.pk, 6, False), (platform.pk, Decimal("2.4"), True),
    ]  # fmt: skip
    assert set(PromotionUse.objects.values_list("promotion", "amount", "cause")) == {
        (mine.pk, 30, order.code), (platform.pk, 12, order.code)
    }  # fmt: skip


def test_list_price_cost_commission_and_message_are_kept(shop):
    goods = factories.product(shop, category=factories.category(commission_rate=Decimal("0.08")))
    variant = factories.variant(shop, product=goods, price="120", list_price=Decimal(150), cost=Decimal(70))
    other = factories.variant(shop)
    order = buy(variant, other, message="Ring twice").orders.get()
    lines = order.lines.order_by("pk").values_list("list_price", "cost", "commission_rate")
    assert (order.message, list(lines)) == ("Ring twice", [(150, 70, Decimal("0.08")), (None, None, Decimal("0.05"))])


def test_each_shop_has_its_own_message(shirt, foreign_shop):
    checkout = buy(shirt, factories.variant(foreign_shop), message="Hello", messages={"alice": "Blue, please"})
    assert list(checkout.orders.order_by("pk").values_list("message", flat=True)) == ["Blue, please", "Hello"]


def test_the_platform_pays_the_shipping_that_it_frees(shop, hat):
    promotion(None, "threshold", "shipping", None, threshold=Decimal(25))
    assert amounts(buy(hat).orders.get()) == (30, 0, 0, 0, 10, 30)
    promotion(shop, "threshold", "shipping", None, threshold=Decimal(25))
    assert amounts(buy(hat).orders.get()) == (30, 0, 0, 0, 0, 30)


def test_shipping_is_free_only_as_far_as_a_budget_goes(shop, hat):
    promotion(None, "threshold", "shipping", None, budget=Decimal(15))
    assert [amounts(buy(hat).orders.get())[3:5] for _ in range(2)] == [(0, 10), (10, 0)]


def test_what_was_shown_is_what_is_charged(shop, shirt):
    coupon = promotion(shop, word="SAVE")
    seen = shown((shirt, 1), coupons=["SAVE"])
    assert buy(shirt, coupons=["SAVE"], quote=seen).total == seen.total == 100
    assert Checkout.objects.get().quote == seen.code
    with pytest.raises(QuoteUsed), transaction.atomic():
        buy(shirt, coupons=["SAVE"], quote=seen)
    assert coupon.uses.count() == 1


def test_whatever_differs_is_named_and_nothing_is_placed(shop, shirt, hat, foreign_shop):
    tea = factories.variant(foreign_shop, price="120")
    coupon = promotion(shop, word="SAVE")
    seen = shown((shirt, 1), (tea, 2), coupons=["SAVE"])
    type(shirt).objects.filter(pk=shirt.pk).update(price=130)
    template = ShippingTemplate.objects.create(merchant=foreign_shop, name="x", is_default=True, created_at=AT)
    ShippingRate.objects.create(template=template, first_price=8)
    Promotion.objects.update(state="paused")
    with pytest.raises(QuoteChanged) as caught, transaction.atomic():
        buy(shirt, (tea, 1), hat, coupons=["SAVE"], quote=seen)
    assert [(d.what, d.of, d.was, d.now) for d in caught.value.differences] == [
        ("price", shirt.code, 120, 130),
        ("quantity", tea.code, 2, 1),
        ("added", hat.code, 0, 1),
        ("discount", coupon.code, 20, 0),
        ("shipping", "charlie", 0, 8),
        ("total", "", 340, 288),
    ]
    told = sealing.in_words(caught.value.differences, "CNY")
    assert told[0] == f"{shirt.product.title} costs CN¥130.00 instead of CN¥120.00."
    assert told[3:5] == [f"{coupon.title} no longer applies: it took off CN¥20.00.",
                         "Shipping by Charlie's costs CN¥8.00 instead of CN¥0.00."]  # fmt: skip
    assert Order.objects.count() == 0


@pytest.mark.parametrize("text", ["", "a.b.c", "é"])
def test_nobody_else_makes_quotes(text):
    with pytest.raises(sealing.QuoteRefused):
        sealing.unseal(text)


def test_a_coupon_that_does_not_apply_is_refused_not_forgotten(shop, shirt):
    promotion(shop, word="BIG", threshold=Decimal(500))
    with pytest.raises(CouponsRefused) as caught, transaction.atomic():
        buy(shirt, coupons=["BIG", "NONE"])
    assert [(r.chosen, r.why) for r in caught.value.refused] == [("NONE", Why.UNKNOWN), ("BIG", Why.BELOW_THRESHOLD)]


def test_hidden_coupons_are_hers_by_claim_and_public_ones_anybodys(shop, shirt):
    sam = factories.shopper()
    hidden, public = promotion(shop, is_public=False), promotion(shop, amount="10")
    assert [c.promotion for c in quote((shirt, 1), shopper=sam).choices] == [public]
    Claim.objects.create(promotion=hidden, shopper=sam, at=AT)
    assert quote((shirt, 1), shopper=sam, coupons=None).coupons == [hidden]
    assert quote((shirt, 1), coupons=None).coupons == [public]


def test_new_customers_have_bought_nothing_here_for_a_year(shop, shirt, sam, foreign_shop):
    coupon = promotion(shop, new_customers_only=True)
    platform = promotion(None, new_customers_only=True, amount="5")
    codes = [coupon.code, platform.code]
    old = paid(shirt, user=sam)
    Order.objects.filter(pk=old.pk).update(paid_at=AT - timedelta(days=365))
    assert quote((shirt, 1), user=sam, coupons=codes).refused == []
    Order.objects.filter(pk=old.pk).update(paid_at=AT - timedelta(days=364))
    assert [r.why for r in quote((shirt, 1), user=sam, coupons=codes).refused] == [Why.NEW_CUSTOMERS_ONLY] * 2
    assert [r.why for r in quote((shirt, 1), shopper=old.shopper, coupons=codes).refused] == [
        Why.NEW_CUSTOMERS_ONLY
    ] * 2
    elsewhere = factories.variant(foreign_shop)
    assert quote((elsewhere, 1), user=sam, coupons=[platform.code]).refused[0].why == Why.NEW_CUSTOMERS_ONLY


def test_a_promotion_for_a_category_counts_what_lies_below_it(shop):
    fashion = factories.category("fashion")
    shoes = factories.category("shoes", parent=fashion)
    pair, tea = (factories.variant(shop, product=factories.product(shop, category=c)) for c in (shoes, None))
    promotion(shop, "threshold", "percent", "10", category=fashion)
    assert [item.discount for item in quote((pair, 1), (tea, 1)).parcels[0].items] == [10, 0]


def test_a_bundle_across_two_products(shop, shirt, hat):
    bundle = promotion(shop, "bundle", "price", "130")
    for variant in (shirt, hat):
        PromotionProduct.objects.create(promotion=bundle, product=variant.product)
    assert quote((shirt, 2), (hat, 1)).total == 250


def test_what_is_not_sent_there_is_refused(shop, shirt):
    template = ShippingTemplate.objects.create(merchant=shop, name="x", is_default=True, created_at=AT)
    ShippingRate.objects.create(template=template, regions=["CN"], first_price=8)
    assert quote((shirt, 1), destination=Destination("US", "Ohio")).not_served == [shirt]
    with pytest.raises(NotServed):
        abroad = replace(CONTACT, country="US", region="Ohio")
        place(shopper=factories.shopper(), contact=abroad, at=AT, lines=[(shirt.code, 1)])


def uses(promotion) -> tuple[int, Decimal, list[str]]:
    promotion.refresh_from_db()
    return promotion.used, promotion.spent, list(promotion.uses.order_by("pk").values_list("state", flat=True))


def test_an_order_called_off_gives_its_coupon_back(shop, shirt):
    coupon = promotion(shop, word="ONCE", limit=1, per_shopper=1)
    sam = factories.shopper()
    order = paid(shirt, coupons=["ONCE"], shopper=sam)
    assert quote((shirt, 1), coupons=["ONCE"]).refused[0].why == Why.USED_UP
    cancel(order, reason="merchant", at=AT)
    assert (uses(coupon), ShopperUses.objects.get().used) == ((0, 0, ["released"]), 0)
    buy(shirt, coupons=["ONCE"], shopper=sam)
    assert expiry.expire_due(at=AT + timedelta(hours=1)) == 1
    assert uses(coupon) == (0, 0, ["released", "released"])


def test_a_late_payment_uses_the_coupon_again_or_is_given_back(shop, shirt):
    coupon = promotion(shop, word="ONCE", limit=1)
    first = buy(shirt, coupons=["ONCE"])
    pay(first, "hang")
    expiry.expire_due(at=AT + timedelta(minutes=15))
    reconcile.settle_pending(at=AT + timedelta(hours=1))
    assert (first.orders.get().state, uses(coupon)) == ("paid", (1, 20, ["live"]))
    Promotion.objects.update(limit=2)
    second = buy(shirt, coupons=["ONCE"])
    pay(second, "hang")
    expiry.expire_due(at=AT + timedelta(minutes=15))
    buy(shirt, coupons=["ONCE"])
    reconcile.settle_pending(at=AT + timedelta(hours=1))
    assert (second.orders.get().state, uses(coupon)) == ("cancelled", (2, 40, ["live", "released", "live"]))


@pytest.mark.parametrize("lines", [1, 3])
def test_promotions_cost_few_statements_and_none_where_there_are_none(shop, lines, django_assert_num_queries):
    goods = [factories.variant(shop) for _ in range(lines)]
    with django_assert_num_queries(2):
        buy(*goods)
    for number in range(3):
        promotion(shop, "threshold", amount=str(10 + number), limit=100, per_shopper=9)
    with django_assert_num_queries(5):  # what runs, the discounts of the lines, the uses
        buy(*goods)


def test_a_cart_is_read_by_one_query(shop, django_assert_num_queries):
    sam = factories.shopper()
    for _ in range(3):
        cart.put(shopper=sam, variant=factories.variant(shop), quantity=1, at=AT)
    with django_assert_num_queries(1):
        cart.contents(sam, at=AT)
    promotion(shop, "threshold", amount="10")
    with django_assert_num_queries(2):
        (section,) = cart.contents(sam, at=AT)
    assert (section.quote.discount, section.total) == (10, 290)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("limit", "placed"), [pytest.param(2, 2, id="guarded"), pytest.param(None, 6, id="control")])
def test_six_checkouts_at_once_and_a_coupon_for_two(shop, limit, placed):
    goods = factories.variant(shop, stock=100)
    promotion(shop, word="TWO", limit=limit)
    results = at_once([partial(buy, goods, coupons=["TWO"]) for _ in range(6)])
    names = [type(result).__name__ for result in results]
    assert (names.count("Checkout"), names.count("QuoteChanged") + names.count("CouponsRefused")) == (
        placed,
        6 - placed,
    )
    assert (Order.objects.count(), PromotionUse.objects.count()) == (placed, placed)


@pytest.mark.django_db(transaction=True)
def test_a_cart_filled_again_while_two_windows_order_is_placed_once(shirt):
    sam = factories.shopper()
    cart.put(shopper=sam, variant=shirt, quantity=1, at=AT)
    (section,) = cart.contents(sam, at=AT)
    seen = sealing.unseal(sealing.seal(section.quote, cart.quote_code(cart.find(sam), "CNY")))

    def order_and_fill():
        try:
            return place_cart(shopper=sam, currency="CNY", contact=CONTACT, at=AT, quote=seen)
        finally:
            cart.put(shopper=sam, variant=shirt, quantity=1, at=AT)

    results = at_once([order_and_fill] * 3)
    kinds = sorted(type(result).__name__ for result in results)
    assert (Checkout.objects.count(), kinds[0], set(kinds[1:]) <= {"QuoteUsed"}) == (1, "Checkout", True)
