"""Build the demo marketplace from a seed: categories, shops, products, posts and campaigns."""

from collections.abc import Iterator
from itertools import count
from random import Random

from simulation.assortment import fill_shelves
from simulation.campaigns import plan_campaigns
from simulation.posts import write_notes
from simulation.specs import CategorySpec, Marketplace, MerchantSpec
from simulation.words.categories import TREE
from simulation.words.shops import SHOPS, Shop


def build(seed: int = 20) -> Marketplace:
    """Return the marketplace of `seed`; the same seed always gives an equal marketplace."""
    barcodes = count(100_000_000 + seed % 1000 * 100_000, 7)
    return Marketplace(tuple(_categories()), tuple(_open_shop(shop, seed, barcodes) for shop in SHOPS))


def _categories() -> Iterator[CategorySpec]:
    for (slug, name, name_en), children in TREE.items():
        yield CategorySpec(slug, name, name_en)
        for child in children:
            yield CategorySpec(*child, parent_slug=slug)


def _open_shop(shop: Shop, seed: int, barcodes: Iterator[int]) -> MerchantSpec:
    rng = Random(f"{seed}/{shop.slug}")
    shelf = fill_shelves(shop, rng, barcodes)
    return MerchantSpec(
        slug=shop.slug,
        name=shop.name,
        name_en=shop.name_en,
        kind=shop.kind,
        city=shop.city,
        city_en=shop.city_en,
        currency=shop.currency,
        time_zone=shop.time_zone,
        tagline=shop.tagline,
        tagline_en=shop.tagline_en,
        accent=shop.accent,
        weight=shop.shelf / 100,
        products=tuple(item.product for item in shelf),
        notes=tuple(write_notes(shop, shelf, rng)),
        campaigns=tuple(plan_campaigns(shop, shelf, rng)),
    )
