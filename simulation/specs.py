"""What the demo marketplace is made of: frozen records without behaviour.

Every text comes in Chinese (the plain name) and English (the name ending in `_en`); both say the same.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class CategorySpec:
    """One node of the category tree; top categories have no parent."""

    slug: str
    name: str
    name_en: str
    parent_slug: str | None = None


@dataclass(frozen=True)
class PictureSpec:
    """What to draw: `motifs` in `colours` (one main colour each, `#rrggbb`) on a `ground` of two pastels."""

    form: str  # "product" (600 × 600) or "note" (600 × 800)
    motifs: tuple[str, ...]
    colours: tuple[str, ...]
    ground: tuple[str, str]
    accent: str
    seed: int


@dataclass(frozen=True)
class VariantSpec:
    """One thing that can be bought; prices are in the merchant's currency, `gtin` is an EAN-13 or empty."""

    sku: str
    options: dict[str, str]
    options_en: dict[str, str]
    price: Decimal
    list_price: Decimal | None
    cost: Decimal | None
    gtin: str
    stock: int


@dataclass(frozen=True)
class ProductSpec:
    """One product with its variants; `appeal` is its relative pull on shoppers (long tail, median 1)."""

    external_id: str
    title: str
    title_en: str
    description: str
    description_en: str
    category_slug: str
    brand: str
    brand_en: str
    variants: tuple[VariantSpec, ...]
    appeal: float
    picture: PictureSpec


@dataclass(frozen=True)
class NoteSpec:
    """One post that tags 1–4 products of its merchant; `likes` is a relative weight."""

    title: str
    title_en: str
    body: str
    body_en: str
    author: str
    author_en: str
    product_ids: tuple[str, ...]
    likes: float
    days_ago: int
    picture: PictureSpec


@dataclass(frozen=True)
class CampaignSpec:
    """One campaign; it aims at products (by SKU) or categories and at keywords of both languages.

    `bid` is per click and `daily_budget` per day, both in the merchant's currency; of a campaign bidding by itself the
    bid, if any, is the highest, and its `target`, where its mode has one, is money per conversion, or sales per money
    spent.
    """

    name: str
    name_en: str
    skus: tuple[str, ...]
    category_slugs: tuple[str, ...]
    keywords: tuple[str, ...]
    keywords_en: tuple[str, ...]
    bid: Decimal | None
    daily_budget: Decimal
    bid_mode: str = "cpc"
    target: Decimal | None = None
    roi_on: str = "paid"


@dataclass(frozen=True)
class MerchantSpec:
    """One shop; `weight` is its share of the marketplace's size relative to the others."""

    slug: str
    name: str
    name_en: str
    kind: str
    city: str
    city_en: str
    currency: str
    time_zone: str
    tagline: str
    tagline_en: str
    accent: str
    weight: float
    products: tuple[ProductSpec, ...]
    notes: tuple[NoteSpec, ...]
    campaigns: tuple[CampaignSpec, ...]


@dataclass(frozen=True)
class Marketplace:
    """The whole demo: categories (parents before children) and merchants (largest first)."""

    categories: tuple[CategorySpec, ...]
    merchants: tuple[MerchantSpec, ...]
