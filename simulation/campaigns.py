"""Plan a shop's campaigns: what they push, the words they want, what a click and a day may cost."""

from dataclasses import replace
from decimal import Decimal
from random import Random

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
LOWEST_BID, HIGHEST_BID = 0.50, 5.50
LOWEST_BUDGET, HIGHEST_BUDGET = 50, 2000
MODES = (("cpc", "paid"), ("cpc", "paid"), ("target_roi", "paid"), ("max_conversions", "paid"), ("target_cost", "paid"))
SETTLED = ("target_roi", "settled")
ABROAD = 0.13  # units of a currency abroad for one of ours, roughly
TARGET_ROI = Decimal(5)
COST_SHARE = 0.16  # of a price, that an order may cost


def plan_campaigns(shop: Shop, shelf: list[Stocked], rng: Random) -> list[CampaignSpec]:
    """Return `shop.campaigns` campaigns, product campaigns and category campaigns in turn."""
    kinds = list(dict.fromkeys(item.kind for item in shelf))
    rng.shuffle(kinds)
    plans = []
    for number in range(shop.campaigns):
        kind = kinds[number % len(kinds)]
        chosen = [item for item in shelf if item.kind is kind]
        plans.append(_campaign(shop, chosen, number, rng))
    return [_steered(shop, plan, number) for number, plan in enumerate(plans)]


def _steered(shop: Shop, plan: CampaignSpec, number: int) -> CampaignSpec:
    """Return a plan that bids in one of the modes: large shops use all, small ones begin somewhere among them.

    Where nothing but the budget holds a campaign back, its bid is the most that a click may cost.
    """
    turn = number if shop.campaigns >= len(MODES) else number + len(shop.slug)
    mode, roi_on = MODES[turn % len(MODES)]
    if mode == "target_roi" and len(shop.slug) % 2:
        mode, roi_on = SETTLED
    if mode == "cpc":
        return plan
    target = {"target_roi": TARGET_ROI, "target_cost": plan.target}.get(mode)
    most = 2 * plan.bid if mode == "max_conversions" else None
    return replace(plan, bid=most, bid_mode=mode, target=target, roi_on=roi_on)


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
        target=_affordable(shop, kind.price),
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


def _affordable(shop: Shop, price: int) -> Decimal:
    """Return what an order of such goods may cost; a day's smallest budget pays for one."""
    return Decimal(f"{min(max(price * COST_SHARE, 8), LOWEST_BUDGET) * _worth(shop):.2f}")


def _worth(shop: Shop) -> float:
    return 1 if shop.currency == "CNY" else ABROAD


def _budget(shop: Shop, rng: Random) -> Decimal:
    budget = round(shop.shelf * rng.uniform(2, 7) / 10) * 10
    return Decimal(min(max(budget, LOWEST_BUDGET), HIGHEST_BUDGET)).quantize(Decimal("0.01"))
