"""The demo's own shopper: her account, her addresses, the coupons she keeps, and what she has bought of late."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction

from orders import checkout, presale
from orders.addresses import book
from orders.checkout import Contact
from orders.models import Checkout
from shops.models import Presale, Promotion, Variant
from shops.promotions import offering, presales
from shops.shopper import seal

from .. import people, shoppers
from ..client import Site
from . import chance

BROWSER = uuid.uuid5(uuid.NAMESPACE_URL, "the browser of the demo's shopper")
HOME = {
    "recipient": "许静怡", "phone": "13800138000", "country": "CN", "region": "浙江省", "city": "杭州市",
    "district": "西湖区", "street": "文三路 478 号华星时代广场 A 座 1203", "postal_code": "310012",
}  # fmt: skip
PARENTS = {
    "recipient": "许国强", "phone": "13900139000", "country": "CN", "region": "江苏省", "city": "苏州市",
    "district": "姑苏区", "street": "平江路 86 号 2 幢 301", "postal_code": "215005",
}  # fmt: skip
ABROAD = {
    "recipient": "Jingyi Xu", "phone": "+49 30 901820", "country": "DE", "region": "Berlin", "city": "Berlin",
    "district": "", "street": "Torstraße 140", "postal_code": "10119",
}  # fmt: skip
ADDRESSES = (HOME, PARENTS, ABROAD)


@dataclass(frozen=True, slots=True)
class Errand:
    """Something she buys so many days before today: units of goods of some categories of a shop."""

    days_ago: int
    shop: str
    categories: tuple[str, ...]
    units: int = 1
    message: str = ""


ERRANDS = (
    Errand(41, "lanyue-wardrobe", ("dresses",)),
    Errand(34, "huanian-beauty", ("skincare", "makeup"), message="送闺蜜的，请放一张生日卡片。"),
    Errand(23, "anran-spa", ("spa",), units=2),
    Errand(19, "qiaoye-tea", ("tea-coffee",), units=2),
    Errand(12, "yunjian-department", ("bedding", "tableware"), units=1),
    Errand(9, "xiaoman-baby", ("toys",)),
    Errand(5, "yunjian-department", ("dresses", "bags"), units=1, message="工作日请放快递柜。"),
    Errand(4, "guangying-studio", ("photography",)),
    Errand(2, "laowei-hotpot", ("dining",), units=2),
    Errand(1, "shiguang-pantry", ("snacks", "tea-coffee"), units=2),
)
AHEAD = ("yunjian-department", 4)  # the shop of whose presale she takes part, and how many days ago


def move_in(*, at: datetime) -> None:
    """Put her addresses into her book."""
    for address in ADDRESSES:
        book.save(shopper=BROWSER, user=people.shopper(), values=address, at=at)


class Regular:
    """She, in a history that ends `now`."""

    def __init__(self, site: Site, *, now: datetime):
        self._site, self._now = site, now
        self._today = chance.day_of(now)

    def live(self, day: date) -> None:
        """Buy what she buys on a day; what was bought before an interruption is only paid."""
        ago = (self._today - day).days
        for number, errand in enumerate(ERRANDS):
            if errand.days_ago == ago:
                self._run(errand, f"errand {number}", chance.midnight(day) + timedelta(hours=12, minutes=7 * number))
        if ago == AHEAD[1]:
            self._take_part(chance.midnight(day) + timedelta(hours=20))
        if ago == 6:
            self._collect(chance.midnight(day) + timedelta(hours=9))

    def _run(self, errand: Errand, reference: str, at: datetime) -> None:
        dice = Random(reference)
        lines = [(variant.code, errand.units) for variant in _chosen(errand)]
        details = {"shopper": BROWSER, "user": people.shopper(), "contact": _contact(), "language": "zh-hans"}
        placed = _known(reference)
        if placed is None:
            with transaction.atomic():
                placed = checkout.place(
                    lines=lines, at=at, message=errand.message, external_reference=reference, **details
                )  # fmt: skip
        self._pay(placed, dice, reference, at)

    def _take_part(self, at: datetime) -> None:
        reference, open_ = "presale", presales.running(at=at).filter(merchant__slug=AHEAD[0]).first()
        placed = _known(reference)
        if placed is None and open_:
            with transaction.atomic():
                placed = presale.place(
                    presale=Presale.objects.get(pk=open_.pk), quantity=1, shopper=BROWSER, user=people.shopper(),
                    contact=_contact(), at=at, language="zh-hans", external_reference=reference,
                )  # fmt: skip
        if placed:
            self._pay(placed, Random(reference), reference, at)

    def _pay(self, placed: Checkout, dice: Random, reference: str, at: datetime) -> None:
        shoppers.pay(
            self._site, {"code": placed.code}, dice, at=at, shopper=seal(BROWSER), key=f"regular {reference}"
        )  # fmt: skip

    def _collect(self, at: datetime) -> None:
        coupons = Promotion.objects.filter(kind=Promotion.Kind.COUPON, is_public=True, state="active", currency="CNY")
        for coupon in coupons.filter(starts_at__lte=at, ends_at=None).order_by("pk")[:5]:
            offering.claim(coupon.code, shopper=BROWSER, at=at)


def _known(reference: str) -> Checkout | None:
    return Checkout.objects.filter(external_reference=reference, shopper=BROWSER).first()


def _chosen(errand: Errand) -> list[Variant]:
    """Return, of each category, the variant of which most is on the shelf."""
    found = Variant.objects.filter(merchant__slug=errand.shop, is_active=True, product__state="active")
    return [
        found.filter(product__category__slug=category).order_by("-on_hand", "pk")[0] for category in errand.categories
    ]


def _contact() -> Contact:
    return Contact(email=people.shopper().email, **HOME)
