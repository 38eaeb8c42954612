"""What products were is kept by the database, whoever changes them and however."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from shops.catalogue import prices
from shops.models import GoodsChange, Product, Variant
from tests import factories

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)


def history(product: Product) -> list[tuple]:
    changes = GoodsChange.objects.filter(product=product).order_by("at")
    return [(change.brand, change.category_id, change.sku_id, change.at) for change in changes]


def test_a_product_is_noted_when_it_is_made_and_when_brand_or_category_change(shop, at):
    shoes = factories.category("shoes")
    product = factories.product(shop, brand="North")
    later = at + timedelta(days=1)
    Product.objects.filter(pk=product.pk).update(title="Boot", updated_at=later)
    Product.objects.filter(pk=product.pk).update(brand="South", category=shoes, updated_at=later)
    Product.objects.filter(pk=product.pk).update(brand="South", updated_at=later + timedelta(days=1))
    assert history(product) == [("North", None, None, at), ("South", shoes.pk, None, later)]


def test_the_only_variant_is_noted_until_there_are_two(shop, at):
    product = factories.product(shop)
    first = factories.variant(shop, product=product)
    second = Variant.objects.create(merchant=shop, product=product, sku="second", price=1)
    prices.note([second], at=at + timedelta(hours=1), by=None, cause="edit")
    prices.note([first], at=at + timedelta(hours=2), by=None, cause="edit")
    assert history(product) == [
        ("", None, None, at), ("", None, first.pk, at + TICK), ("", None, None, at + timedelta(hours=1)),
    ]  # fmt: skip


def test_moments_of_a_product_never_go_back(shop, at):
    product = factories.product(shop, brand="North")
    Product.objects.filter(pk=product.pk).update(brand="South", updated_at=at - timedelta(days=9))
    assert [change[3] for change in history(product)] == [at, at + TICK]


def test_many_products_at_once_are_noted_each(shop, at):
    made = Product.objects.bulk_create(
        Product(merchant=shop, external_id=f"{n}", title="Hat", brand=f"B{n}", created_at=at, updated_at=at)
        for n in range(3)
    )
    assert list(GoodsChange.objects.filter(product__in=made).order_by("brand").values_list("brand", flat=True)) == [
        "B0", "B1", "B2",
    ]  # fmt: skip


def test_what_was_noted_stays(shop):
    factories.product(shop)
    with pytest.raises(IntegrityError, match="append-only"):
        GoodsChange.objects.update(brand="Other")
