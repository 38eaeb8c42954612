"""What the platform keeps: commission by category, and the terms that some shops agreed on for themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from chengfeng.periods import local_date
from orders.settlement import terms
from shops.models import Category, Merchant, User

from ..words.categories import TREE

PERCENT = {
    "fashion": 5, "accessories": 5, "beauty": 4, "home": 4, "food": 2, "digital": 2, "baby": 3, "sports": 4,
    "travel": 8, "local": 6,
}  # fmt: skip
OF_ITS_OWN = {"jewellery": 6, "fragrance": 5, "fresh-fruit": 1, "luggage": 4, "phones": 1, "dining": 3}


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a shop agreed on instead of what applies to everybody."""

    note: str
    days: int | None = None
    percent: Decimal | None = None
    minimum: int | None = None


AGREED = {
    "yunjian-department": Agreement("KA 合作：签收后 3 天结算", days=3),
    "xinghe-digital": Agreement("旗舰店合作费率", percent=Decimal("1.5")),
    "taoli-fruit": Agreement("助农扶持：生鲜 1 天结算，免佣金", days=1, percent=Decimal(0)),
    "manyou-travel": Agreement("大额打款：满 1000 元起结", minimum=1000),
}


def set_by_category(planted: Mapping[str, Category], *, by: User, at: datetime) -> None:
    """Give every category its rate; a child has its parent's unless it has one of its own."""
    wanted = {}
    for (top, *_), children in TREE.items():
        wanted[planted[top].pk] = _fraction(PERCENT[top])
        for child, *_ in children:
            wanted[planted[child].pk] = _fraction(OF_ITS_OWN.get(child, PERCENT[top]))
    terms.set_rates(wanted, by=by, at=at)


def agree(merchant: Merchant, *, by: User, at: datetime) -> None:
    """Write down the terms that a shop has of its own, if any."""
    agreement = AGREED.get(merchant.slug)
    if agreement is None:
        return
    rate = None if agreement.percent is None else _fraction(agreement.percent)
    terms.agree(
        merchant, valid_from=local_date(at, merchant.time_zone), by=by, at=at, days=agreement.days,
        commission_rate=rate, payout_minimum=agreement.minimum, note=agreement.note,
    )  # fmt: skip


def _fraction(percent: int | Decimal) -> Decimal:
    return Decimal(percent) / 100
