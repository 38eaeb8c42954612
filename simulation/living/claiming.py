"""Coupons that shoppers claim before they buy."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from shops.models import Promotion
from shops.promotions import offering

from .. import truth
from ..shoppers import Purchase
from . import chance


def collect(purchases: Iterable[Purchase], *, at: datetime) -> None:
    """Let some of those who are about to buy claim what the shops they buy at, and the platform, have to give."""
    offered = list(offering.running(Q(kind=Promotion.Kind.COUPON), at=at).select_related("merchant"))
    for purchase in purchases:
        dice = chance.of(purchase.key, "claim")
        if dice.random() > truth.COLLECTS:
            continue
        shops = {item.merchant for item in purchase.items}
        fitting = [one for one in offered if one.merchant is None or one.merchant.slug in shops]
        if fitting:
            _claim(dice.choice(fitting), purchase)


def _claim(coupon: Promotion, purchase: Purchase) -> None:
    try:
        offering.claim(coupon.code, shopper=purchase.person.shopper, at=purchase.at - timedelta(minutes=1))
    except offering.NotClaimable:
        return
