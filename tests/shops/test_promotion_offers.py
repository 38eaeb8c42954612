"""Promotions as shoppers meet them: badges on goods, coupons claimed once, the coupons one has."""

from datetime import timedelta

import pytest
from django.urls import reverse

from shops.models import Claim, ShopperUses
from shops.shopper import COOKIE, unseal
from tests import factories
from tests.factories import AT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

DAY = timedelta(days=1)


@pytest.fixture
def scarf(shop):
    return factories.variant(shop, product=factories.product(shop, category=factories.category("scarves"))).product


def offers(client, thing):
    name, key = ("shop", thing.slug) if hasattr(thing, "slug") else ("product", thing.code)
    return [offer.text for offer in client.get(reverse(f"shops:{name}", args=[key])).context["offers"]]


def claim(client, coupon, **values):
    return client.post(reverse("shops:coupon_claim", args=[coupon.code]), values)


def test_a_product_shows_what_runs_on_it(client, shop, foreign_shop, scarf):
    factories.promotion(shop, scarf, amount=1)
    factories.promotion(shop, factories.product(shop), amount=2)
    factories.promotion(None, kind="coupon", amount=3, category=scarf.category)
    factories.promotion(None, kind="coupon", amount=4, category=factories.category("footwear"))
    boots = factories.category("boots", parent=factories.category("footwear"))
    factories.variant(foreign_shop, product=factories.product(foreign_shop, category=boots))
    factories.promotion(foreign_shop, amount=5)
    for number, hidden in enumerate(
        [{"state": "paused"}, {"starts_at": AT + DAY}, {"starts_at": AT - DAY, "ends_at": AT},
         {"kind": "coupon", "is_public": False}, {"limit": 1, "used": 1}], 6
    ):  # fmt: skip
        factories.promotion(shop, amount=number, **hidden)
    assert offers(client, scarf) == ["Spend CN¥100, save CN¥1", "Spend CN¥100, save CN¥3"]
    assert offers(client, foreign_shop) == [f"Spend CN¥100, save CN¥{n}" for n in (5, 4)]


def test_cards_carry_the_badges_of_their_shop(client, shop, foreign_shop, scarf):
    factories.variant(foreign_shop)
    factories.promotion(shop, scarf)
    page = client.get("/search/").context["page"]
    assert {product.merchant.slug: product.badges for product in page} == {
        "alice": ["Spend CN¥100, save CN¥10"], "charlie": []
    }  # fmt: skip


def test_a_coupon_is_claimed_once_and_kept_for_the_shopper(client, shop):
    coupon = factories.promotion(shop, kind="coupon")
    first = claim(client, coupon, next=f"/s/{shop.slug}/")
    claim(client, coupon)
    kept = Claim.objects.get()
    assert (first.status_code, first.headers["Location"]) == (302, f"/s/{shop.slug}/")
    assert (kept.promotion, kept.shopper) == (coupon, unseal(client.cookies[COOKIE].value))
    shown = client.get(f"/s/{shop.slug}/").context["offers"]
    assert [offer.is_claimed for offer in shown] == [True]


@pytest.mark.parametrize(
    "fields", [{"state": "paused"}, {"is_public": False}, {"kind": "threshold"}, {"starts_at": AT + DAY}]
)
def test_what_is_not_offered_is_not_claimed(client, shop, fields):
    coupon = factories.promotion(shop, **{"kind": "coupon"} | fields)
    answer = claim(client, coupon, next="https://evil.example/")
    assert (answer.headers["Location"], Claim.objects.count()) == (reverse("shops:my_coupons"), 0)


def test_the_coupons_one_has_with_those_that_are_over_last(client, shop):
    made = [factories.promotion(shop, kind="coupon", per_shopper=1) for _ in range(3)]
    for coupon in made:
        claim(client, coupon)
    ended, spent, good = made
    type(ended).objects.filter(pk=ended.pk).update(state="ended")
    ShopperUses.objects.create(promotion=spent, shopper=Claim.objects.first().shopper, used=1)
    shown = client.get(reverse("shops:my_coupons")).context["coupons"]
    assert [(coupon.pk, coupon.is_spent, str(coupon.phase)) for coupon in shown] == [
        (good.pk, False, "running"), (spent.pk, True, "running"), (ended.pk, False, "ended"),
    ]  # fmt: skip
    assert list(type(client)().get(reverse("shops:my_coupons")).context["coupons"]) == []
