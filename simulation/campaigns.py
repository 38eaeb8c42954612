"""Plan a shop's campaigns: what they push, the words they want, what a click and a day may cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from simulation import truth
from simulation.assortment import Stocked
from simulation.specs import CampaignSpec
from simulation.words.categories import TREE
from simulation.words.kinds import Pair
from simulation.words.shops import Shop

CATEGORY_NAMES = {slug: (name, name_en) for children in TREE.values() for slug, name, name_en in children}
HERO_NAMES: tuple[Pair, ...] = (
    ("主推单品", "Hero products"),
    ("爆款加推", "Best-seller push"),
    ("新品试投", "New arrivals"),
)
REACH_NAMES: tuple[Pair, ...] = (
    ("类目拓新", "Category reach"),
    ("周末冲量", "Weekend push"),
    ("搜索卡位", "Search presence"),
)
LOWEST_BID, HIGHEST_BID = 0.40, 3.00
LOWEST_BUDGET, HIGHEST_BUDGET = 30, 300
ABROAD = 0.13  # units of a currency abroad for one of ours, roughly
MOST_HEROES = 40  # of a campaign for a part of the shop


@dataclass(frozen=True)
class Automatic:
    """A campaign for the best goods of a part of a shop that bids by itself: `most` is the most a click may cost."""

    name: Pair
    mode: str
    categories: tuple[str, ...]
    budget: int
    target: Decimal | None = None
    roi_on: str = "paid"
    most: Decimal | None = None


AUTOMATIC: Mapping[str, tuple[Automatic, ...]] = {
    "yunjian-department": (
        Automatic(("智投·服饰床品", "Fashion and bedding, by ROI"), "target_roi",
                  ("dresses", "tops", "bags", "bedding", "luggage"), 600, target=Decimal("3.8")),
        Automatic(("放量·家居日用", "Home, as much as the budget buys"), "max_conversions",
                  ("tableware", "decor", "body-care"), 260, most=Decimal(9)),
    ),
    "lanyue-wardrobe": (
        Automatic(("智投·全店", "The whole shop, by settled ROI"), "target_roi",
                  ("dresses", "tops", "knitwear", "trousers", "outerwear", "shoes", "hats-scarves"), 500,
                  target=Decimal("3.5"), roi_on="settled"),
    ),
    "huanian-beauty": (
        Automatic(("控成本·护肤彩妆", "Skincare and make-up, by cost"), "target_cost",
                  ("skincare", "makeup", "fragrance", "hair-care", "body-care"), 400, target=Decimal(46)),
    ),
}  # fmt: skip


def plan_campaigns(shop: Shop, shelf: list[Stocked], rng: Random) -> list[CampaignSpec]:
    """Return what a large shop leaves to the platform, and `shop.campaigns` that bid as they are told.

    Those are product campaigns and category campaigns in turn.
    """
    kinds = list(dict.fromkeys(item.kind for item in shelf))
    rng.shuffle(kinds)
    plans = [_automatic(shop, planned, shelf) for planned in AUTOMATIC.get(shop.slug, ())]
    for number in range(shop.campaigns):
        kind = kinds[number % len(kinds)]
        chosen = [item for item in shelf if item.kind is kind]
        plans.append(_campaign(shop, chosen, number, rng))
    return plans


def _automatic(shop: Shop, planned: Automatic, shelf: list[Stocked]) -> CampaignSpec:
    """Return a campaign for the goods of some categories that sell best, wherever they fit."""
    fitting = [item for item in shelf if item.kind.category in planned.categories]
    best = sorted(fitting, key=lambda item: -truth.pull(item.product.appeal, item.kind.price))[:MOST_HEROES]
    return CampaignSpec(
        name=planned.name[0],
        name_en=planned.name[1],
        skus=tuple(item.product.variants[0].sku for item in best),
        category_slugs=(),
        keywords=(),
        keywords_en=(),
        bid=planned.most,
        daily_budget=Decimal(planned.budget).quantize(Decimal("0.01")),
        bid_mode=planned.mode,
        target=planned.target,
        roi_on=planned.roi_on,
    )


def _campaign(shop: Shop, chosen: list[Stocked], number: int, rng: Random) -> CampaignSpec:
    by_product = number % 2 == 0
    kind = chosen[0].kind
    label = rng.choice(HERO_NAMES if by_product else REACH_NAMES)
    subject = kind.noun if by_product else CATEGORY_NAMES[kind.category]
    keywords = _keywords(chosen, rng)
    return CampaignSpec(
        name=f"{label[0]}·{subject[0]}",
        name_en=f"{label[1]}: {subject[1]}",
        skus=_heroes(chosen, rng) if by_product else (),
        category_slugs=() if by_product else (kind.category,),
        keywords=tuple(dict.fromkeys(pair[0] for pair in keywords)),
        keywords_en=tuple(dict.fromkeys(pair[1] for pair in keywords)),
        bid=_bid(shop, kind.price, rng),
        daily_budget=_budget(shop, rng),
    )


def _heroes(chosen: list[Stocked], rng: Random) -> tuple[str, ...]:
    best = sorted(chosen, key=lambda item: -item.product.appeal)[: rng.randint(2, 6)]
    return tuple(item.product.variants[0].sku for item in best)


def _keywords(chosen: list[Stocked], rng: Random) -> list[Pair]:
    noun = chosen[0].kind.noun
    picked = rng.sample(chosen, min(len(chosen), 4))
    words = [noun, CATEGORY_NAMES[chosen[0].kind.category]]
    for item in picked:
        part = rng.choice((item.feature, item.style))
        words.append((part[0] + noun[0], f"{part[1]} {noun[1]}"))
    return words


def _bid(shop: Shop, price: int, rng: Random) -> Decimal:
    """Dearer goods bear dearer clicks, and large shops bid harder; a unit of a currency abroad is worth more."""
    bid = (price / 60) ** 0.45 * (shop.shelf / 100) ** 0.25 * rng.lognormvariate(0, 0.3)
    return Decimal(f"{min(max(bid, LOWEST_BID), HIGHEST_BID) * _worth(shop):.2f}")


def _worth(shop: Shop) -> float:
    return 1 if shop.currency == "CNY" else ABROAD


def _budget(shop: Shop, rng: Random) -> Decimal:
    budget = round(shop.shelf * rng.uniform(0.4, 1.2) / 10) * 10
    return Decimal(min(max(budget, LOWEST_BUDGET), HIGHEST_BUDGET)).quantize(Decimal("0.01"))
