"""What a shop's people do with unusual numbers: look at them, put them aside, and say whether they want letters."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from chengfeng.periods import local_date
from shops.models import Merchant, User
from shops.tenancy import own

from .models import Anomaly, AnomalyMute

PRESSING = Q(over_at=None, dismissed_at=None)


def found(merchant: Merchant) -> QuerySet[Anomaly]:
    """Return what was unusual, the latest first."""
    return own(Anomaly, merchant).select_related("dismissed_by").order_by("-day", "-found_at", "-pk")


def pressing(merchant: Merchant, *, at: datetime) -> list[Anomaly]:
    """Return what is unusual today, still is, and nobody has put aside."""
    today = local_date(at, merchant.time_zone)
    return list(own(Anomaly, merchant).filter(PRESSING, day=today).order_by("found_at", "pk"))


def unusual_today(merchants: Iterable[Merchant], *, at: datetime) -> set[int]:
    """Return the keys of the merchants of which something is pressing."""
    days: dict[date, list[Merchant]] = defaultdict(list)
    for merchant in merchants:
        days[local_date(at, merchant.time_zone)].append(merchant)
    todays = reduce(or_, (Q(day=day, merchant__in=there) for day, there in days.items()), Q(pk=None))
    return set(Anomaly.objects.filter(PRESSING).filter(todays).values_list("merchant", flat=True))


def dismiss(anomaly: Anomaly, *, by: User, at: datetime) -> None:
    """Put one aside, for everybody of the shop; the first who does it is named."""
    Anomaly.objects.filter(pk=anomaly.pk, dismissed_at=None).update(dismissed_at=at, dismissed_by=by)


def restore(anomaly: Anomaly) -> None:
    """Bring one back that was put aside."""
    Anomaly.objects.filter(pk=anomaly.pk).update(dismissed_at=None, dismissed_by=None)


def set_letters(merchant: Merchant, person: User, *, wanted: bool) -> None:
    """Say whether a person gets letters about the shop's unusual numbers."""
    if wanted:
        AnomalyMute.objects.filter(merchant=merchant, user=person).delete()
    else:
        AnomalyMute.objects.get_or_create(merchant=merchant, user=person)
