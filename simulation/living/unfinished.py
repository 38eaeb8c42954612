"""Cases of one shop that wait for somebody when the history ends, one for every stage that has a deadline."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from orders.aftersale import cases, deciding
from orders.aftersale.cases import CaseRefused
from orders.models import Case, Order
from orders.moves import OrderState
from shops.models import Merchant

from .. import people
from ..keepers import has_goods, parcel
from ..words import cases as words

Kind, Reason = Case.Kind, Case.Reason
SHOP = "yunjian-department"
SINCE = timedelta(days=6)
STORIES = (  # how many hours ago it was asked for, what, why, and what happened since
    (45, Kind.RETURN, Reason.NOT_AS_DESCRIBED, ()),
    (19, Kind.EXCHANGE, Reason.WRONG_ITEM, ()),
    (4, Kind.REFUND, Reason.DAMAGED, ()),
    (40, Kind.RETURN, Reason.FAULTY, ("offer",)),
    (60, Kind.RETURN, Reason.CHANGED_MIND, ("accept", "send_back")),
    (54, Kind.RETURN, Reason.DAMAGED, ("reject", "escalate")),
    (50, Kind.REFUND, Reason.MISSING_PARTS, ("reject", "escalate")),
    (36, Kind.EXCHANGE, Reason.FAULTY, ("accept",)),
)


def leave(*, now: datetime) -> None:
    """Tell as many of the stories as there are orders of late without a case."""
    free = list(_orders(Merchant.objects.get(slug=SHOP), now))
    for hours, kind, reason, steps in STORIES:
        asked_at = now - timedelta(hours=hours)
        order = next((order for order in free if order.delivered_at < asked_at), None)
        if order:
            free.remove(order)
            _tell(order, kind, reason, steps, at=asked_at)


def _orders(shop: Merchant, now: datetime) -> Sequence[Order]:
    has_case = Exists(Case.objects.filter(order=OuterRef("pk")))
    arrived = Order.objects.filter(has_goods(), ~has_case, merchant=shop, state=OrderState.DELIVERED, refunded=0)
    return arrived.filter(delivered_at__gte=now - SINCE).order_by("-delivered_at", "-pk")


def _tell(order: Order, kind: Kind, reason: Reason, steps: Sequence[str], *, at: datetime) -> None:
    line = order.lines.order_by("pk").first()
    said = words.ASKED[reason.value][0]
    try:
        case = cases.request(order, kind=kind, units={line.code: 1}, reason=reason, words=said, at=at)
    except CaseRefused:
        return
    by = people.acting(order.merchant).user
    for number, step in enumerate(steps, 1):
        STEPS[step](case, at=at + timedelta(hours=9 * number), by=by)


STEPS = {
    "accept": lambda case, *, at, by: deciding.accept(case, at=at, by=by, note=words.ACCEPTED[2]),
    "offer": lambda case, *, at, by: deciding.offer(
        case, amount=(case.amount / 2).quantize(1), at=at, by=by, note=words.OFFERED[0]
    ),
    "reject": lambda case, *, at, by: deciding.reject(case, note=words.REJECTED[0], at=at, by=by),
    "send_back": lambda case, *, at, by: deciding.send_back(case, **parcel(case.code), at=at),
    "escalate": lambda case, *, at, by: deciding.escalate(case, note=words.ESCALATED[0], at=at),
}
