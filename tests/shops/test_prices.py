"""The history of prices: every way to set a price leaves a trace, and the lowest price of late is told."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from unittest.mock import patch

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from rest_framework.test import APIClient

from chengfeng import clock
from shops.catalogue import editing, prices
from shops.catalogue.editing import VariantEdit
from shops.catalogue.importing import import_file
from shops.models import FlashItem, FlashSale, PriceChange, Variant
from shops.people.rights import Right
from shops.promotions import lows, window
from shops.tenancy import access_of
from shops.tokens import issue
from tests import factories
from tests.factories import AT

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def access(shop, alice):
    return access_of(alice, shop, at=AT)


def told(variant) -> list[tuple]:
    """Return price, list price, cause and name of the author of each change, the first first."""
    changes = variant.prices.order_by("pk").select_related("by")
    return [(c.price, c.list_price, c.cause, c.by and c.by.name) for c in changes]


def test_making_and_editing_write_the_price_down(access):
    made = editing.create_product(
        access, at=AT, values={"title": "T"}, variants=[VariantEdit({"sku": "A", "price": Decimal(9)}, on_hand=1)]
    )
    variant = made.variants.get()
    for values in ({"price": Decimal(8)}, {"list_price": Decimal(10)}, {"gtin": "4006381333931"}):
        editing.edit_variant(access, Variant.objects.get(), VariantEdit(values, variant.code), at=AT)
    assert told(variant) == [(9, None, "edit", "Alice"), (8, None, "edit", "Alice"), (8, 10, "edit", "Alice")]


def test_a_program_is_named_as_the_cause(shop, alice):
    variant = factories.variant(shop)
    token, secret = issue(merchant=shop, name="erp", rights=list(Right), by=alice, at=AT)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    client.patch(f"/api/v1/variants/{variant.sku}", {"price": "70"}, format="json")
    assert told(variant)[1:] == [(70, None, f"token:{token.code}", None)]


def test_an_import_writes_down_the_prices_that_differ(shop, alice):
    for name, price in (("A", "9"), ("B", "5")):
        factories.variant(shop, sku=name, price=price, product=factories.product(shop, external_id=name))
    rows = b"id,title,price\nA,A,8\nB,B,5\nC,C,3\n"
    for is_dry in (True, False):
        run = import_file(shop, BytesIO(rows), is_dry=is_dry, at=AT, by=alice)
    cause = f"import:{run.code}"
    written = PriceChange.objects.filter(cause__startswith="import:").values_list("variant__sku", "price", "cause")
    assert sorted(written) == [("A", 8, cause), ("C", 3, cause)]


def test_the_history_is_never_changed(shop):
    factories.variant(shop)
    with pytest.raises(DatabaseError), transaction.atomic():
        PriceChange.objects.update(price=1)


def priced(shop, *steps):
    """Return a variant with a list price of 200 that had these prices, each set so many days ago."""
    with patch.object(factories, "AT", AT - 90 * DAY):
        variant = factories.variant(shop, price="200")
    for days, price in steps:
        variant.price, variant.list_price = Decimal(price), Decimal(200)
        prices.note([variant], at=AT - days * DAY, by=None, cause="edit")
    variant.save()
    return variant


@pytest.mark.parametrize(
    ("steps", "lowest"),
    [
        ([(10, 150), (3, 100)], 150),
        ([(60, 120), (50, 150), (3, 100)], 150),  # 120 ended more than thirty days before
        ([(60, 120), (20, 150), (3, 100)], 120),  # 120 counted until within the thirty days
        ([(20, 90), (10, 150), (3, 100)], 90),
        ([(20, 150), (10, 100), (3, 100)], 150),  # the list price alone changed last
        ([(3, 100)], None),
    ],
)
def test_the_lowest_price_of_the_thirty_days_before(shop, steps, lowest):
    variant = priced(shop, *steps)
    set_since = variant.prices.filter(cause="edit").order_by("pk").values_list("at", "price")
    assert prices.lowest_before_last(list(set_since)) == lowest


def shown(*variants):
    """Variants as a page has them, with what they are sold by."""
    window.give_ways(variants, at=AT)
    return variants


def test_only_an_announced_reduction_is_compared(shop, django_assert_num_queries):
    plain, *reduced = shown(factories.variant(shop), priced(shop, (9, 150), (3, 100)), priced(shop, (9, 140), (3, 90)))
    with django_assert_num_queries(0):
        assert lows.lowest_before([plain], at=AT) == {}
    with django_assert_num_queries(2):
        assert lows.lowest_before([plain, *reduced], at=AT) == {reduced[0].pk: 150, reduced[1].pk: 140}


def flash_sale(variant, first: int, last: int, price: int, **fields) -> FlashItem:
    """A flash sale of a variant, from so many days ago until so many days ago."""
    sale = FlashSale.objects.create(
        merchant=variant.merchant, title="Flash", state="planned", starts_at=AT - first * DAY, ends_at=AT - last * DAY,
        created_at=AT, **fields,
    )  # fmt: skip
    return sale.items.create(
        merchant=variant.merchant, variant=variant, price=price, quantity=1, left=int(last < 0), is_open=last < 0
    )


@pytest.mark.parametrize(
    ("flashes", "lowest"),
    [
        ([(8, 7, 60)], 60),  # since then it has cost 100 again, which is what is compared
        ([(2, 1, 60)], 60),
        ([(50, 45, 60)], 150),  # over before the thirty days
        ([(1, -1, 60)], 100),  # runs: compared is what it cost before
        ([(20, 19, 55), (1, -1, 60)], 55),
        ([(-1, -2, 60)], 150),  # to come
    ],
)
def test_what_was_asked_in_flash_sales_counts_for_the_lowest_price(shop, flashes, lowest):
    variant = priced(shop, (40, 150), (9, 100))
    for flash in flashes:
        flash_sale(variant, *flash)
    [variant] = shown(variant)
    assert lows.lowest_before([variant], at=AT) == {variant.pk: lowest}


def test_a_flash_sale_that_is_sold_out_is_over_for_the_price(shop):
    variant = priced(shop, (40, 150), (9, 100))
    FlashItem.objects.filter(pk=flash_sale(variant, 1, -1, 60).pk).update(left=0)
    [variant] = shown(variant)
    assert (variant.flash, lows.lowest_before([variant], at=AT)) == (None, {variant.pk: 60})


def test_the_product_page_says_by_how_much_and_the_lowest_price(client, shop):
    variant = priced(shop, (9, 150), (3, 100))
    with clock.at(AT):
        page = client.get(reverse("shops:product", args=[variant.product.code])).content.decode()
    assert "-50%" in page


def test_the_console_draws_the_prices_and_lists_them(client, shop, alice):
    variant = priced(shop, (9, 150), (3, 100))
    client.force_login(alice)
    page = client.get(f"/console/{shop.code}/products/{variant.product.code}/")
    [line] = page.context["price_chart"]["series"]
    assert (line["name"], line["data"]) == (variant.sku, [200, 150, 100])
    assert len(page.context["price_changes"]) == 3
