"""What is true about the shoppers, and hidden from the platform: tastes, chances, and what an ad really adds.

A shopper comes to browse. A click on an ad leads to a purchase with a chance that depends on taste, appeal and
price; that purchase would not have happened without the ad. Other purchases were planned before any ad was seen:
the shopper finds the product by herself, whether or not she clicked an ad of that shop first. A platform that credits
the last click takes both for the ad's work; only the simulation knows the difference.
"""

import random
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

WEEKDAYS = (0.88, 0.86, 0.9, 0.95, 1.1, 1.28, 1.22)  # Monday first
HOURS = (3, 2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 9, 8, 7, 7, 7, 8, 9, 11, 13, 14, 11, 7)
PROMOTION_DAY = (11, 11)
PROMOTION = 2.2  # how many times the usual visits
GROWTH = 14  # how many times the visits of the opening day the last day has
ANOTHER_FESTIVAL = timedelta(days=67)  # after the opening, where the time between holds no such day

SEEN = (1.0, 0.93, 0.8, 0.66, 0.54, 0.46, 0.4, 0.35)  # chance that the slot at this position is looked at
CLICK = 0.025  # of a product of median appeal that is seen, by a shopper of average taste
LOOKED_FOR = 1.6  # how many times likelier she clicks on what she looks for
NOTE = 1.5  # how many times likelier she clicks on a note about it
BUY_AFTER_CLICK = 0.06
PLANNED = 0.022  # planned purchases per visit
DELAY_DAYS = 0.7  # mean days between a click and the purchase it causes

DECLINED, ABANDONED = 0.03, 0.05
CANCELLED, RETURNED = 0.02, 0.08
THRIFTY, TALKATIVE, COLLECTS = 0.45, 0.12, 0.3  # looks for coupons, writes to the shop, claims coupons before
HAS_HEARD = 0.3  # of the word that calls a coupon, where a shop has one
METHODS = ("alipay", "wechat_pay", "credit_card", "debit_card")
METHOD_WEIGHTS = (46, 38, 11, 5)

REGIONS = (  # province, city, weight
    ("上海市", "上海市", 9),
    ("广东省", "广州市", 9),
    ("广东省", "深圳市", 9),
    ("北京市", "北京市", 8),
    ("浙江省", "杭州市", 8),
    ("四川省", "成都市", 7),
    ("江苏省", "南京市", 6),
    ("江苏省", "苏州市", 5),
    ("湖北省", "武汉市", 5),
    ("陕西省", "西安市", 4),
    ("重庆市", "重庆市", 4),
    ("湖南省", "长沙市", 4),
    ("山东省", "青岛市", 4),
    ("福建省", "厦门市", 3),
    ("辽宁省", "大连市", 2),
    ("新疆", "乌鲁木齐市", 1),
    ("西藏", "拉萨市", 1),
)
FAMILY = "陈林黄张李王吴刘蔡杨周徐孙朱高何郭马罗梁宋郑谢韩"
GIVEN = (
    "思雨",
    "子涵",
    "欣怡",
    "晓彤",
    "佳宁",
    "若溪",
    "明轩",
    "雨桐",
    "诗涵",
    "梓萱",
    "浩然",
    "一诺",
    "可欣",
    "静怡",
    "乐天",
    "书瑶",
)
STREETS = ("中山路", "人民路", "解放路", "建设路", "南京路", "和平路", "学院路", "滨江大道", "花园路", "文化路")


@dataclass(frozen=True, slots=True)
class Person:
    """A shopper: an id as the site knows her, where she lives, and how much she likes each category."""

    number: int
    shopper: uuid.UUID
    name: str
    region: str
    city: str
    street: str
    activity: float
    thrift: float
    tastes: dict[str, float] = field(repr=False)


def population(*, seed: int, size: int, categories: list[str]) -> list[Person]:
    """Return the shoppers of a seed; `categories` are the slugs of the top categories."""
    rng = random.Random(f"{seed}/people")
    return [_person(rng, number, categories) for number in range(size)]


def _person(rng: random.Random, number: int, categories: list[str]) -> Person:
    weights = {slug: rng.gammavariate(0.7, 1) for slug in categories}
    mean = sum(weights.values()) / len(weights)
    region, city, _ = rng.choices(REGIONS, [weight for *_, weight in REGIONS])[0]
    return Person(
        number=number,
        shopper=uuid.UUID(int=rng.getrandbits(128), version=4),
        name=rng.choice(FAMILY) + rng.choice(GIVEN),
        region=region,
        city=city,
        street=f"{rng.choice(STREETS)}{rng.randint(1, 680)}号",
        activity=rng.lognormvariate(0, 0.9),
        thrift=rng.uniform(0.3, 1.2),
        tastes={slug: min(weight / mean, 4.0) for slug, weight in weights.items()},
    )


def festival(opening: datetime, now: datetime) -> datetime:
    """Return the midnight at which the festival of the marketplace begins."""
    days = (opening + timedelta(days=n) for n in range((now - opening).days))
    return next((day for day in days if (day.month, day.day) == PROMOTION_DAY), opening + ANOTHER_FESTIVAL)


def visits(day: date, *, progress: float, base: float) -> float:
    """Return the expected visits of a day: `base` on the last; `progress` runs from 0 to 1 over the history."""
    promotion = PROMOTION if (day.month, day.day) == PROMOTION_DAY else 1.0
    return base * WEEKDAYS[day.weekday()] * GROWTH ** (progress - 1) * promotion


def click_chance(
    person: Person, *, taste: str, appeal: float, dearness: float, is_looked_for: bool = False, is_note: bool = False
) -> float:
    """Chance to click on an ad that is seen; what is dear beside its kind, by the price on the ad, draws fewer."""
    liking = person.tastes.get(taste, 1.0) * appeal**0.35 * max(dearness, 0.1) ** -(0.2 * person.thrift)
    return min(0.5, CLICK * liking * (LOOKED_FOR if is_looked_for else 1) * (NOTE if is_note else 1))


def pull(appeal: float, price: float) -> float:
    """How often a thing is bought unprompted beside others; `price` in CNY."""
    return appeal * price**-0.6


def purchase_chance(person: Person, *, taste: str, appeal: float, price: float, dearness: float) -> float:
    """Chance to buy after a click; `price` in CNY, `dearness` is the price beside the usual price of its category."""
    liking = person.tastes.get(taste, 1.0) ** 0.5 * appeal**0.25
    restraint = max(dearness, 0.1) ** -(0.2 * person.thrift) * min((100 / price) ** 0.15, 1.0)
    return min(0.12, BUY_AFTER_CLICK * liking * restraint)
