"""The demo's services: products that are had at a store instead of being sent, and the stores that take bookings."""

from dataclasses import dataclass
from datetime import datetime

from shops.models import Category, Product
from shops.stores import keeping
from shops.stores.hours import parse
from shops.tenancy import Access, own

VALID_DAYS = {
    "spa": 60, "dining": 30, "photography": 120, "courses": 90, "hotels": 120, "guesthouses": 120, "tours": 60,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """One store: where it is, its hours (weekdays, weekend), and what it can take at once."""

    name: str
    region: str
    city: str
    district: str
    street: str
    phone: str
    hours: tuple[str, str]
    capacity: int = 0
    slot_minutes: int = 60


PLACES = {
    "anran-spa": (
        Place("安然汤泉·星海广场店", "辽宁省", "大连市", "沙河口区", "中山路 572 号", "0411-8480 2211",
              ("10:00-14:00, 15:00-22:00", "10:00-23:00"), capacity=6, slot_minutes=90),
        Place("安然汤泉·金石滩店", "辽宁省", "大连市", "金州区", "金石路 38 号", "0411-8790 5566",
              ("11:00-21:30", "10:00-22:30"), capacity=10, slot_minutes=90),
    ),
    "guangying-studio": (
        Place("光隐摄影·解放碑影棚", "重庆市", "重庆市", "渝中区", "民权路 28 号 6 楼", "023-6371 0928",
              ("09:30-18:30", "09:00-19:00"), capacity=2, slot_minutes=120),
        Place("光隐摄影·观音桥影棚", "重庆市", "重庆市", "江北区", "建新北路 16 号 3 楼", "023-6785 4410",
              ("10:00-18:00", "09:00-19:00"), capacity=2, slot_minutes=120),
    ),
    "nitu-workshop": (
        Place("泥图手作·陶溪川工作室", "江西省", "景德镇市", "珠山区", "新厂西路 150 号", "0798-844 1203",
              ("10:00-12:00, 14:00-20:00", "09:30-20:30"), capacity=8, slot_minutes=120),
    ),
    "laowei-hotpot": (
        Place("老味巷火锅·磁器口店", "重庆市", "重庆市", "沙坪坝区", "磁器口正街 92 号", "023-6531 7788",
              ("11:00-23:00", "11:00-23:59")),
        Place("老味巷火锅·南坪店", "重庆市", "重庆市", "南岸区", "南坪西路 21 号", "023-6280 3399",
              ("11:00-14:30, 17:00-23:00", "11:00-23:59")),
    ),
    "manyou-travel": (
        Place("漫柚旅行·大研古城接待点", "云南省", "丽江市", "古城区", "新华街黄山下段 12 号", "0888-512 6677",
              ("08:30-20:00", "08:00-21:00")),
    ),
    "xueshan-inn": (
        Place("雪山下的院子", "云南省", "迪庆藏族自治州", "香格里拉市", "独克宗古城金龙街 7 号", "0887-823 1100",
              ("00:00-23:59", "00:00-23:59")),
    ),
}  # fmt: skip


def offer(access: Access, *, at: datetime) -> None:
    """Make services of the products that cannot be sent, and open the stores where they are had."""
    services = Category.objects.filter(slug__in=VALID_DAYS)
    for category in services:
        products = own(Product, access.merchant).filter(category=category)
        products.update(is_service=True, voucher_days=VALID_DAYS[category.slug])
    for place in PLACES.get(access.merchant.slug, ()):
        _open(access, place, at=at)


def _open(access: Access, place: Place, *, at: datetime) -> None:
    weekday, weekend = (parse(text) for text in place.hours)
    hours = {day: weekend if day >= 5 else weekday for day in range(7)}
    names = ("name", "region", "city", "district", "street", "phone", "capacity", "slot_minutes")
    values = {name: getattr(place, name) for name in names} | {"country": "CN"}
    keeping.create(access, values=values, hours=hours, at=at)
