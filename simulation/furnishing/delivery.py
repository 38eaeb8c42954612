"""How the demo's shops send their goods: templates by province, some free from a value, some not to everywhere."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from shops.delivery import editing
from shops.models import Product
from shops.tenancy import Access, own

FAR = ["CN/西藏", "CN/新疆"]
REMOTE = [*FAR, "CN/青海省", "CN/内蒙古", "CN/海南省"]
NEAR = ["CN/上海市", "CN/江苏省", "CN/浙江省"]

STANDARD = (
    "全国标准运费",
    (
        {"regions": NEAR, "first_price": 6, "next_price": 1, "free_from": 59},
        {"regions": REMOTE, "first_price": 18, "next_price": 8, "free_from": 299},
        {"regions": ["CN"], "first_price": 8, "next_price": 2, "free_from": 99},
    ),
)
FREE = (
    "全国包邮（偏远地区除外）",
    (
        {"regions": REMOTE, "first_price": 15, "next_price": 5},
        {"regions": ["CN"], "first_price": 0},
    ),
)
FRESH = (
    "生鲜冷链",
    (
        {"regions": FAR, "is_served": False},
        {"regions": NEAR, "first_price": 12, "next_price": 4, "free_from": 129},
        {"regions": ["CN"], "first_price": 19, "next_price": 6, "free_from": 199},
    ),
)
BULKY = (
    "大件物流",
    (
        {"regions": FAR, "is_served": False},
        {"regions": ["CN"], "first_price": 45, "next_price": 25, "free_from": 1999},
    ),
)
DEFAULTS = {
    "yunjian-department": STANDARD, "lanyue-wardrobe": FREE, "xinghe-digital": FREE, "huanian-beauty": STANDARD,
    "muwu-home": STANDARD, "yetu-outdoor": STANDARD, "xiaoman-baby": FREE, "shiguang-pantry": STANDARD,
    "taoli-fruit": FRESH, "banxia-flowers": FRESH, "maixiang-bakery": FRESH, "qiaoye-tea": FREE,
}  # fmt: skip
OF_CATEGORIES = {"muwu-home": (BULKY, ("furniture",))}


def describe(access: Access, *, at: datetime) -> None:
    """Give a shop its templates; shops without one send at the flat rate."""
    slug = access.merchant.slug
    if slug in DEFAULTS:
        _create(access, DEFAULTS[slug], at=at)
    if slug in OF_CATEGORIES:
        template, categories = OF_CATEGORIES[slug]
        products = own(Product, access.merchant).filter(category__slug__in=categories)
        codes = products.values_list("code", flat=True)
        editing.assign(access, _create(access, template, at=at), codes, at=at)


def _create(access: Access, template: tuple[str, tuple[dict[str, Any], ...]], *, at: datetime):
    name, rates = template
    return editing.create(access, at=at, values={"name": name}, rates=[_rate(rate) for rate in rates])


def _rate(rate: dict[str, Any]) -> dict[str, Any]:
    return {name: Decimal(value) if type(value) is int else value for name, value in rate.items()}
