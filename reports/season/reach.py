"""Whose seasons somebody may look at: all merchants, those lent to a person, or one."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings

from chengfeng.periods import local_date
from shops.models import Merchant, User

from ..portfolio import lent_to


def of_all() -> list[Merchant]:
    return list(Merchant.objects.order_by("name", "pk"))


def of_lent(user: User, *, at: datetime) -> list[Merchant]:
    """Return the merchants whose reports are lent to a person now."""
    return list(lent_to(user, at=at))


def currencies(merchants: Sequence[Merchant]) -> list[str]:
    """Return the currencies of merchants, the one of most of them first."""
    number = Counter(merchant.currency for merchant in merchants)
    return sorted(number, key=lambda code: (-number[code], code)) or ["CNY"]


def today(merchants: Sequence[Merchant], *, at: datetime) -> date:
    """Return the latest day that it is anywhere among merchants."""
    zones = {merchant.time_zone for merchant in merchants} or {settings.PLATFORM_TIME_ZONE}
    return max(local_date(at, zone) for zone in zones)
