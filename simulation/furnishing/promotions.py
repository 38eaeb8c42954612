"""What the demo's shops and the platform give: spend-and-save, coupons, bundles; running, over and to come."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q

from shops.models import Category, Product, Promotion, User
from shops.promotions import managing
from shops.promotions.keepers import Keeper, MerchantKeeper, PlatformKeeper
from shops.promotions.rules import MOST_PRODUCTS, settled
from shops.tenancy import Access, own

Kind, Benefit = Promotion.Kind, Promotion.Benefit
FESTIVAL_LASTS = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Gift:
    """One promotion; days count from the opening of the marketplace, `last` None is for good."""

    kind: Kind
    title: str
    title_en: str
    rules: Mapping[str, Any]
    first: int = 0
    last: int | None = None
    category: str = ""
    bundle: tuple[str, ...] = field(default=())  # categories whose first product belongs into it


def _threshold(title: str, title_en: str, *, first=0, last=None, category="", **rules) -> Gift:
    return Gift(Kind.THRESHOLD, title, title_en, {"benefit": Benefit.FIXED, **rules}, first, last, category)


def _coupon(title: str, title_en: str, *, first=0, last=None, category="", **rules) -> Gift:
    return Gift(Kind.COUPON, title, title_en, {"benefit": Benefit.FIXED, **rules}, first, last, category)


def _bundle(title: str, title_en: str, *of: str, first=0, last=None, **rules) -> Gift:
    return Gift(Kind.BUNDLE, title, title_en, {"benefit": Benefit.PERCENT, **rules}, first, last, "", of)


PERCENT, SHIPPING = {"benefit": Benefit.PERCENT}, {"benefit": Benefit.SHIPPING}
GIFTS: dict[str, tuple[Gift, ...]] = {
    "yunjian-department": (
        _threshold("满 199 减 20，上不封顶", "20 off every 199", threshold=199, amount=20, repeats=True),
        _coupon("店铺券 满 300 减 35", "35 off from 300", threshold=300, amount=35, limit=2000, per_shopper=3),
        _coupon("新客立减 15 元", "15 off your first order", threshold=99, amount=15, new_customers_only=True,
                per_shopper=1),
        _coupon("会员口令券 92 折", "8 % off for members", percent=8, cap=60, threshold=120, word="YUNJIAN92",
                is_public=False, budget=3000, per_shopper=2, **PERCENT),
        _coupon("秋装上新券 满 400 减 60", "Autumn arrivals: 60 off from 400", first=4, last=32, threshold=400,
                amount=60, limit=300, per_shopper=1, category="fashion"),
        _coupon("年终回馈券 满 500 减 80", "Year-end thanks: 80 off from 500", first=95, last=125, threshold=500,
                amount=80, limit=1000, per_shopper=1),
        _bundle("卧室焕新组合 85 折", "New bedroom set, 15 % off", "bedding", "decor", percent=15),
    ),
    "lanyue-wardrobe": (
        _threshold("裙装满 500 立减 50", "Dresses: 50 off 500", threshold=500, amount=50, category="dresses"),
        _coupon("店铺券 满 399 减 40", "40 off from 399", threshold=399, amount=40, limit=1500, per_shopper=2),
        _coupon("关注有礼 9 折", "10 % off for followers", percent=10, cap=80, word="LANYUE10", is_public=False,
                limit=500, per_shopper=1, **PERCENT),
        _bundle("连衣裙 + 围巾 一口搭 9 折", "Dress and scarf, 10 % off", "dresses", "hats-scarves", percent=10),
    ),
    "xinghe-digital": (
        _threshold("数码满 3000 减 200", "200 off 3,000", threshold=3000, amount=200),
        _coupon("配件券 满 199 减 20", "Accessories: 20 off from 199", threshold=199, amount=20, limit=800,
                per_shopper=2, category="audio"),
    ),
    "huanian-beauty": (
        _coupon("新客礼 满 129 减 25", "New customers: 25 off from 129", threshold=129, amount=25,
                new_customers_only=True, per_shopper=1, budget=5000),
        _bundle("精华 + 香氛 8 折", "Serum and scent, 20 % off", "skincare", "fragrance", percent=20, first=20),
    ),
    "muwu-home": (_threshold("家居满 1000 减 80", "80 off 1,000", threshold=1000, amount=80),),
    "yetu-outdoor": (_coupon("周末出发券 满 299 减 30", "Weekend: 30 off from 299", threshold=299, amount=30,
                             limit=600, per_shopper=2),),
    "xiaoman-baby": (_threshold("母婴满 299 减 30", "30 off 299", threshold=299, amount=30, repeats=True),),
    "shiguang-pantry": (
        _threshold("满 99 减 10", "10 off 99", threshold=99, amount=10),
        _coupon("免邮券", "Free shipping", threshold=39, per_shopper=5, **SHIPPING),
    ),
    "qiaoye-tea": (_coupon("茶友券 满 200 减 25", "Tea friends: 25 off from 200", threshold=200, amount=25,
                           limit=200, per_shopper=1),),
    "anran-spa": (_coupon("首次体验立减 40", "40 off your first visit", threshold=200, amount=40,
                          new_customers_only=True, per_shopper=1),),
    "laowei-hotpot": (_coupon("老友券 满 200 减 18", "Old friends: 18 off from 200", threshold=200, amount=18,
                              per_shopper=3),),
    "lumen-werkstatt": (_coupon("工坊券 9 折", "Workshop coupon, 10 % off", percent=10, cap=30, per_shopper=1,
                                limit=200, **PERCENT),),
    "harbor-oak": (_coupon("满 150 减 12 美元", "12 off from 150", threshold=150, amount=12, per_shopper=1,
                           limit=100),),
}  # fmt: skip


def give(access: Access, *, at: datetime) -> None:
    """Make and start the promotions of a shop."""
    for gift in GIFTS.get(access.merchant.slug, ()):
        _make(MerchantKeeper(access), gift, at=at, opening=at)


def give_by_platform(operator: User, *, festival: datetime, at: datetime) -> None:
    """Make and start what the platform gives and bears: at the festival, and all along."""
    for gift in _of_platform((festival - at).days):
        _make(PlatformKeeper(operator), gift, at=at, opening=at)


def _of_platform(day: int) -> Iterator[Gift]:
    last = day + FESTIVAL_LASTS.days
    yield _coupon("大促跨店券 满 300 减 40", "Festival: 40 off from 300", first=day - 3, last=last, threshold=300,
                  amount=40, limit=5000, per_shopper=2, budget=40000)  # fmt: skip
    yield _coupon("大促全场包邮", "Festival: free shipping", first=day - 1, last=last, threshold=59, per_shopper=5,
                  **SHIPPING)  # fmt: skip
    yield _coupon("平台新人券 满 100 减 12", "Welcome: 12 off from 100", threshold=100, amount=12, per_shopper=1,
                  new_customers_only=True, budget=20000)  # fmt: skip
    yield _coupon("本地生活券 满 150 减 20", "Local services: 20 off from 150", first=45, threshold=150, amount=20,
                  limit=1000, per_shopper=2, category="local")  # fmt: skip


def _make(keeper: Keeper, gift: Gift, *, at: datetime, opening: datetime) -> None:
    amounts = ("threshold", "amount", "percent", "cap", "budget")
    values = {name: Decimal(value) if name in amounts else value for name, value in gift.rules.items()}
    values |= {
        "title": gift.title, "title_en": gift.title_en, "starts_at": opening + timedelta(days=gift.first),
        "ends_at": None if gift.last is None else opening + timedelta(days=gift.last),
    }  # fmt: skip
    if gift.category and not keeper.merchant:
        values["category"] = Category.objects.get(slug=gift.category)
    currency = keeper.merchant.currency if keeper.merchant else "CNY"
    made = managing.create(
        keeper, kind=gift.kind, currency=currency, at=at, values=settled(gift.kind, values),
        products=_products(keeper, gift),
    )  # fmt: skip
    managing.set_state(keeper, made, Promotion.State.ACTIVE, at=at)


def _products(keeper: Keeper, gift: Gift) -> dict[Product, int]:
    """Return what of a shop's goods a promotion is for; those of the platform name a category instead."""
    if keeper.merchant is None:
        return {}
    shelf = own(Product, keeper.merchant).order_by("pk")
    if gift.category:
        below = Q(category__slug=gift.category) | Q(category__parent__slug=gift.category)
        return dict.fromkeys(shelf.filter(below)[:MOST_PRODUCTS], 1)
    return {shelf.filter(category__slug=slug).first(): 1 for slug in gift.bundle}
