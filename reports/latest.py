"""The last days on which anything happened: where to look when the days that are asked for are empty."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Max, Q

from shops.models import Merchant

from .measuring.periods import Days
from .models import MerchantDay

HAPPENED = Q(paid_orders__gt=0) | Q(impressions__gt=0) | Q(spend__gt=0)


def busy_days(merchants: Sequence[Merchant], *, length: int) -> Days | None:
    """Return that many days up to the last on which shops sold or advertised, or None where they never did.

    Days that are not added up yet are not among them: whoever sold today has today's numbers anyway.
    """
    last = MerchantDay.objects.filter(HAPPENED, merchant__in=merchants).aggregate(last=Max("day"))["last"]
    return Days(last - timedelta(days=length - 1), last) if last else None
