"""The demo's content: the same for a seed, large enough, consistent, and drawn safely."""

from xml.etree import ElementTree

import pytest

from simulation.feed import feed
from simulation.marketplace import build
from simulation.pictures import draw

FEED_COLUMNS = {
    "id", "item_group_id", "title", "description", "link", "image_link", "availability", "price", "sale_price", "brand",
    "gtin", "google_product_category", "product_type", "color", "size", "quantity", "title_en", "description_en",
}  # fmt: skip


@pytest.fixture(scope="module")
def marketplace():
    return build(20)


def _valid_ean13(code):
    digits = [int(digit) for digit in code]
    return len(digits) == 13 and (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def test_the_seed_decides_everything(marketplace):
    assert build(20) == marketplace
    assert build(21) != marketplace


def test_the_marketplace_is_large_and_has_a_long_tail(marketplace):
    sizes = [len(merchant.products) for merchant in marketplace.merchants]
    assert len(sizes) >= 24
    assert sum(sizes) >= 2200
    assert sum(len(merchant.notes) for merchant in marketplace.merchants) >= 400
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes[:5]) > sum(sizes[-15:])
    assert {merchant.currency for merchant in marketplace.merchants} == {"CNY", "EUR", "USD"}


def test_identifiers_and_titles_are_unique_in_a_merchant(marketplace):
    for merchant in marketplace.merchants:
        products = merchant.products
        skus = [variant.sku for product in products for variant in product.variants]
        for values in (
            skus,
            [product.external_id for product in products],
            [product.title for product in products],
            [product.title_en for product in products],
        ):
            assert len(values) == len(set(values)), merchant.slug


def test_every_reference_leads_somewhere(marketplace):
    categories = {category.slug: category for category in marketplace.categories}
    assert {c.parent_slug for c in marketplace.categories} - {None} <= set(categories)
    for merchant in marketplace.merchants:
        ids = {product.external_id for product in merchant.products}
        skus = {variant.sku for product in merchant.products for variant in product.variants}
        assert {product.category_slug for product in merchant.products} <= set(categories)
        for note in merchant.notes:
            assert 1 <= len(note.product_ids) <= 4
            assert set(note.product_ids) <= ids
        for campaign in merchant.campaigns:
            assert bool(campaign.skus) != bool(campaign.category_slugs)
            assert set(campaign.skus) <= skus
            assert set(campaign.category_slugs) <= {product.category_slug for product in merchant.products}


def test_variants_can_be_sold(marketplace):
    gtins = []
    for merchant in marketplace.merchants:
        for product in merchant.products:
            assert 1 <= len(product.variants) <= 9
            choices = {tuple(variant.options.items()) for variant in product.variants}
            assert len(choices) == len(product.variants)
            for variant in product.variants:
                assert variant.price > 0
                assert variant.list_price is None or variant.list_price > variant.price
                gtins += [variant.gtin] if variant.gtin else []
    assert len(gtins) == len(set(gtins))
    assert all(_valid_ean13(code) for code in gtins)


def test_no_placeholder_survives_and_languages_do_not_mix(marketplace):
    for merchant in marketplace.merchants:
        english = [p.title_en + p.description_en for p in merchant.products]
        english += [n.title_en + n.body_en + n.author_en for n in merchant.notes]
        chinese = [p.title + p.description for p in merchant.products] + [n.title + n.body for n in merchant.notes]
        assert not any("{" in text or "_" in text for text in english + chinese)
        assert not any("\u4e00" <= letter <= "\u9fff" for text in english for letter in text)


def test_every_picture_is_small_safe_svg(marketplace):
    for merchant in marketplace.merchants:
        for content in (*merchant.products, *merchant.notes):
            svg = draw(content.picture)
            assert len(svg.encode()) <= 6 * 1024
            root = ElementTree.fromstring(svg)
            assert root.get("viewBox") == ("0 0 600 600" if content.picture.form == "product" else "0 0 600 800")
            for element in root.iter():
                assert not element.tag.endswith(("script", "image", "text", "foreignObject", "style"))
                for name, value in element.attrib.items():
                    assert "href" not in name and name != "style" and not name.startswith("on")
                    assert "url(" not in value or value.startswith("url(#")


def test_the_feed_has_a_row_for_every_variant(marketplace):
    for merchant in marketplace.merchants:
        rows = list(feed(merchant))
        skus = [variant.sku for product in merchant.products for variant in product.variants]
        assert [row["id"] for row in rows] == skus
        assert all(FEED_COLUMNS.issubset(row) for row in rows)
        assert all(row["price"].endswith(merchant.currency) for row in rows)
