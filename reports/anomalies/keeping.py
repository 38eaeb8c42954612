"""What a shop's people do with unusual numbers: look at them, put them aside, and say whether they want letters."""

from datetime import datetime

from django.db.models import QuerySet

from chengfeng.periods import local_date
from shops.models import Merchant, User
from shops.tenancy import own

from ..building.scheduling import readers
from .models import Anomaly, AnomalyMute


def found(merchant: Merchant) -> QuerySet[Anomaly]:
    """Return what was unusual, the latest first."""
    return own(Anomaly, merchant).select_related("dismissed_by").order_by("-day", "-found_at", "-pk")


def pressing(merchant: Merchant, *, at: datetime) -> list[Anomaly]:
    """Return what is unusual today, still is, and nobody has put aside."""
    today = local_date(at, merchant.time_zone)
    return list(own(Anomaly, merchant).filter(day=today, over_at=None, dismissed_at=None).order_by("found_at", "pk"))


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


def letters_to(merchant: Merchant) -> QuerySet[User]:
    """Return the members who may see the shop's reports and have not said that they want no letters."""
    return readers(merchant).exclude(pk__in=AnomalyMute.objects.filter(merchant=merchant).values("user"))
