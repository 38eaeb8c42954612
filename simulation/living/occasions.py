"""Occasions of the shops: flash sales and presales, published on their days, and those who come for them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from itertools import chain
from random import Random

from django.db.models import F

from orders.models import Order
from orders.moves import OrderState
from shops.models import FlashItem, FlashSale, Merchant, Presale, Promotion, Variant
from shops.promotions import flash, flash_drafts, presales
from shops.shopper import seal
from shops.tenancy import own

from .. import people, shoppers
from ..client import Site
from ..truth import Person
from . import chance

BUYERS, DEPOSITORS = (0, 1, 2, 3), (0, 1, 1, 2)  # of an item of a flash sale, and of a presale, on one day
BUNDLED = 0.14  # chance that somebody takes a bundle on a day
FORGETFUL = 0.12  # part of those with a deposit who never pay the balance
LAPSE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Sale:
    """A flash sale: when it begins and ends, counted from today, what it takes off, and from which categories."""

    shop: str
    title: str
    title_en: str
    begins: timedelta
    ends: timedelta
    percent: int
    categories: tuple[str, ...]
    per_buyer: int = 2


@dataclass(frozen=True, slots=True)
class Ahead:
    """A presale, counted in days from today: deposits from, until; balance from, until; shipped by."""

    shop: str
    title: str
    title_en: str
    days: tuple[int, int, int, int, int]
    category: str
    percent: int


def _days(number: float) -> timedelta:
    return timedelta(days=number)


SALES = (
    Sale("yunjian-department", "秋日 48 小时限时购", "48 hours of autumn", _days(-33), _days(-31), 35,
         ("dresses", "bags", "bedding", "tableware")),
    Sale("yunjian-department", "整点秒杀 · 家居专场", "Flash sale: home", _days(-0.8), _days(2.2), 40,
         ("bedding", "tableware", "decor", "body-care"), 1),
    Sale("yunjian-department", "周末秒杀 · 出行专场", "Flash sale: on the road", _days(3.5), _days(5.5), 30,
         ("bags", "luggage", "tops")),
    Sale("huanian-beauty", "美妆闪购", "Beauty flash sale", _days(-0.4), _days(1.6), 30,
         ("skincare", "makeup", "fragrance")),
    Sale("xinghe-digital", "数码夜市", "Night market of electronics", _days(1.4), _days(2.4), 20,
         ("audio", "wearables"), 1),
)  # fmt: skip
AHEAD = (
    Ahead("yunjian-department", "冬季床品预售", "Winter bedding, sold ahead", (-9, 5, 5, 12, 22), "bedding", 20),
    Ahead("yunjian-department", "新款行李箱预售", "New suitcases, sold ahead", (-26, -6, -6, 4, 15), "luggage",
          25),
    Ahead("xinghe-digital", "数码新品首发预售", "New electronics, sold ahead", (-7, 6, 7, 14, 24), "phones", 10),
    Ahead("lanyue-wardrobe", "冬季外套早鸟预售", "Early-bird winter coats", (-62, -45, -45, -39, -30), "outerwear",
          20),
)  # fmt: skip


class Occasions:
    """The flash sales and presales of a history that ends `now`."""

    def __init__(self, site: Site, persons: list[Person], *, now: datetime):
        self._site, self._persons, self._now = site, persons, now
        self._midnight = chance.midnight(chance.day_of(now))

    def publish(self, day: date) -> None:
        """Publish what begins soon: flash sales two days before, presales on their day."""
        at = min(chance.midnight(day) + timedelta(hours=9), self._now)
        for sale in SALES:
            eve = chance.day_of(min(self._now + sale.begins, self._now) - timedelta(days=2))
            if eve <= day and not FlashSale.objects.filter(title=sale.title).exists():
                self._sell(sale, at=at)
        for ahead in AHEAD:
            begins = chance.day_of(self._midnight + timedelta(days=ahead.days[0]))
            if begins <= day and not Presale.objects.filter(title=ahead.title).exists():
                self._sell_ahead(ahead, at=at)

    def _sell(self, sale: Sale, *, at: datetime) -> None:
        access = people.acting(Merchant.objects.get(slug=sale.shop))
        values = {
            "title": sale.title, "title_en": sale.title_en, "starts_at": _hour(self._now + sale.begins),
            "ends_at": _hour(self._now + sale.ends),
        }  # fmt: skip
        items = [_offered(sale, variant) for variant in _in_stock(access.merchant, sale.categories, at=at)]
        if items:
            flash.publish(access, flash_drafts.write(access, None, at=at, values=values, items=items), at=at)

    def _sell_ahead(self, ahead: Ahead, *, at: datetime) -> None:
        access = people.acting(Merchant.objects.get(slug=ahead.shop))
        variant = next(_in_stock(access.merchant, (ahead.category,), at=at), None)
        if variant is None:
            return
        price = _cut(variant.price, ahead.percent)
        names = ("starts_at", "ends_at", "balance_from", "balance_until", "ships_by")
        instants = dict(zip(names, (self._midnight + timedelta(days=days) for days in ahead.days), strict=True))
        values = {
            "title": ahead.title, "title_en": ahead.title_en, "variant": variant, "price": price,
            "deposit": (price / 10).quantize(Decimal(1), rounding=ROUND_DOWN) or Decimal(1), **instants,
        }  # fmt: skip
        presales.publish(access, presales.write(access, None, at=at, values=values), at=at)

    def purchases(self, day: date) -> list[Callable[[], dict | None]]:
        """Return what is bought on a day, to be done in any order: each returns the paid checkout, or None."""
        end = min(chance.midnight(day + timedelta(days=1)), self._now) - LAPSE
        found = (
            self._of_flash(day, end),
            self._of_bundles(day, end),
            self._deposits(day, end),
            self._balances(day, end),
        )
        return list(chain.from_iterable(found))

    def _of_flash(self, day: date, end: datetime) -> Iterator[Callable]:
        for item in FlashItem.objects.filter(is_open=True).select_related("sale", "variant").order_by("pk"):
            dice = chance.of(f"{item.sale.title} {item.variant.sku}", f"{day}")
            for number in range(dice.choice(BUYERS)):
                at = chance.moment(day, dice, first=8, last=23)
                person = dice.choice(self._persons)
                if max(item.sale.starts_at, chance.midnight(day)) <= at < min(item.sale.ends_at, end):
                    key = f"{item.sale.title}/{item.variant.sku}/{day}/{number}"
                    yield self._purchase(person, [item.variant.code], key, at)

    def _of_bundles(self, day: date, end: datetime) -> Iterator[Callable]:
        bundles = Promotion.objects.filter(kind=Promotion.Kind.BUNDLE, state="active", starts_at__lte=end)
        for bundle in bundles.prefetch_related("products").order_by("pk"):
            dice = chance.of(bundle.title, f"{day}")
            at = chance.moment(day, dice, first=8, last=23)
            if dice.random() < BUNDLED and at < end:
                codes = [_cheapest(given.product_id) for given in bundle.products.all()]
                yield self._purchase(dice.choice(self._persons), codes, f"{bundle.title}/{day}", at)

    def _purchase(self, person: Person, variants: Iterable[str], key: str, at: datetime) -> Callable[[], dict | None]:
        lines = [{"variant": variant, "quantity": 1} for variant in variants]
        return lambda: shoppers.order(self._site, person, {"lines": lines}, key=key, seal=seal, at=at)

    def _deposits(self, day: date, end: datetime) -> Iterator[Callable]:
        for ahead in presales.running(at=end).order_by("pk"):
            dice = chance.of(ahead.title, f"deposits {day}")
            for number in range(dice.choice(DEPOSITORS)):
                at, person = chance.moment(day, dice, first=9, last=23), dice.choice(self._persons)
                if ahead.starts_at <= at < end:
                    yield self._deposit(person, ahead, f"{ahead.title}/{day}/{number}", at)

    def _deposit(self, person: Person, ahead: Presale, key: str, at: datetime) -> Callable[[], dict | None]:
        body = {"presale": ahead.code, "quantity": 1}
        return lambda: shoppers.order(
            self._site, person, body, key=key, seal=seal, at=at, path="presale-checkouts"
        )  # fmt: skip

    def _balances(self, day: date, end: datetime) -> Iterator[Callable]:
        due = Order.objects.filter(
            state=OrderState.DEPOSIT, presale__balance_from__lt=end, presale__balance_until__gt=end
        )
        for order in due.select_related("checkout", "presale").order_by("pk"):
            dice = chance.of(order.code, "balance")
            span = (order.presale.balance_until - order.presale.balance_from).days
            chosen = chance.day_of(order.presale.balance_from) + timedelta(days=dice.randrange(max(span - 1, 1)))
            at = chance.moment(day, dice, first=10, last=22)
            if dice.random() > FORGETFUL and chosen <= day and order.presale.balance_from <= at < end:
                yield self._balance(order, dice, at)

    def _balance(self, order: Order, dice: Random, at: datetime) -> Callable[[], dict | None]:
        checkout = {"code": order.checkout.code}
        shopper, key = seal(order.shopper), f"{order.code}/balance"
        return lambda: shoppers.pay(self._site, checkout, dice, at=at, shopper=shopper, key=key) and checkout


def _cheapest(product: int) -> str:
    """Return the code of the cheapest variant of a product."""
    return (
        Variant.objects.filter(product=product, is_active=True)
        .order_by("price", "pk")
        .values_list("code", flat=True)[0]
    )


def _hour(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)


def _in_stock(merchant: Merchant, categories: tuple[str, ...], *, at: datetime) -> Iterator[Variant]:
    """Yield, for each category in turn, the two variants of different goods with the most units free."""
    free = own(Variant, merchant).filter(is_active=True, on_hand__gt=F("reserved") + 10, price__gt=20)
    taken = [FlashItem.objects.filter(is_open=True), Presale.objects.filter(balance_until__gt=at)]
    free = free.exclude(pk__in=taken[0].values("variant")).exclude(pk__in=taken[1].values("variant"))
    for category in categories:
        found = free.filter(product__category__slug=category, product__state="active")
        by_product = {}
        for variant in found.order_by(F("reserved") - F("on_hand"), "pk")[:12]:
            by_product.setdefault(variant.product_id, variant)
        yield from list(by_product.values())[:2]


def _offered(sale: Sale, variant: Variant) -> flash_drafts.Offered:
    units = chance.of(variant.sku, sale.title).randint(4, 10)
    return flash_drafts.Offered(variant, _cut(variant.price, sale.percent), units, per_buyer=sale.per_buyer)


def _cut(price: Decimal, percent: int) -> Decimal:
    return (price * (100 - percent) / 100).quantize(Decimal(1), rounding=ROUND_DOWN)
