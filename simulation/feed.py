"""Write a merchant's catalogue as Google Merchant Center rows, one per variant."""

from collections.abc import Iterator
from decimal import Decimal

from simulation.specs import MerchantSpec, ProductSpec, VariantSpec
from simulation.words.categories import TREE

PATHS = {
    child: (f"{top}/{child}", f"{top_name} > {name}")
    for (top, top_name, _), children in TREE.items()
    for child, name, _ in children
}


def feed(merchant: MerchantSpec, *, site: str = "") -> Iterator[dict[str, str]]:
    """Yield the rows of `merchant`; links lie under `site` (default: the merchant's example domain)."""
    root = site or f"https://{merchant.slug}.example"
    for product in merchant.products:
        for variant in product.variants:
            yield _row(merchant.currency, root, product, variant)


def _row(currency: str, root: str, product: ProductSpec, variant: VariantSpec) -> dict[str, str]:
    path, breadcrumb = PATHS[product.category_slug]
    full = variant.list_price or variant.price
    return {
        "id": variant.sku,
        "item_group_id": product.external_id,
        "title": product.title,
        "description": product.description,
        "link": f"{root}/products/{product.external_id}?sku={variant.sku}",
        "image_link": f"{root}/pictures/{product.external_id}.svg",
        "availability": "in_stock" if variant.stock else "out_of_stock",
        "price": _money(full, currency),
        "sale_price": _money(variant.price, currency) if variant.list_price else "",
        "cost_of_goods_sold": _money(variant.cost, currency) if variant.cost else "",
        "brand": product.brand,
        "gtin": variant.gtin,
        "google_product_category": path,
        "product_type": breadcrumb,
        **_choices(variant),
        "quantity": str(variant.stock),
        "title_en": product.title_en,
        "description_en": product.description_en,
        "brand_en": product.brand_en,
    }


def _choices(variant: VariantSpec) -> dict[str, str]:
    """Colour goes to `color`; whatever else is chosen (size, volume, room …) goes to `size`."""
    return {
        "color": variant.options.get("颜色", ""),
        "size": " / ".join(value for axis, value in variant.options.items() if axis != "颜色"),
        "color_en": variant.options_en.get("Colour", ""),
        "size_en": " / ".join(value for axis, value in variant.options_en.items() if axis != "Colour"),
    }


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:.2f} {currency}"
