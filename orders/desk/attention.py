"""What waits for the merchant: the exceptions that a desk shows first, each found through a small index."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet, Value
from django.utils.translation import gettext_lazy as _

from shops.models import Merchant
from shops.tenancy import own

from ..aftersale.moves import CaseState
from ..models import Case, Order, Payment
from ..moves import OrderState

TO_SHIP = (OrderState.PAID, OrderState.PARTLY)
TO_PAY = (OrderState.PLACED, OrderState.DEPOSIT)
ON_US = (CaseState.REQUESTED, CaseState.SENT_BACK, CaseState.RECEIVED)  # cases in which the shop is to act
EXPIRES_SOON = timedelta(minutes=30)
ANSWERS_WITHIN = timedelta(minutes=2)  # after which a payment without an answer is worth a look
MOST = 1000  # orders of one kind that the desk looks through, the most urgent first


@dataclass(frozen=True, slots=True)
class Kind:
    """A reason why an order needs somebody, and the orders that it holds for at an instant."""

    title: str
    icon: str
    colour: str
    orders: Callable[[Merchant, datetime], QuerySet[Order]]


def _late(merchant: Merchant, at: datetime) -> QuerySet[Order]:
    late = own(Order, merchant).filter(state__in=TO_SHIP, ship_by_at__lt=at)
    return late.order_by("ship_by_at")


def _expiring(merchant: Merchant, at: datetime) -> QuerySet[Order]:
    unpaid = own(Order, merchant).filter(state__in=TO_PAY, expires_at__gt=at, expires_at__lte=at + EXPIRES_SOON)
    return unpaid.order_by("expires_at")


def _unknown(merchant: Merchant, at: datetime) -> QuerySet[Order]:
    pending = Payment.objects.filter(state=Payment.State.PENDING, created_at__lt=at - ANSWERS_WITHIN)
    return own(Order, merchant).filter(checkout__in=pending.values("checkout")).order_by("pk")


def _authorised(merchant: Merchant, at: datetime) -> QuerySet[Order]:
    authorised = Payment.objects.filter(state=Payment.State.AUTHORISED)
    return own(Order, merchant).filter(checkout__in=authorised.values("checkout")).order_by("pk")


def _with_cases(*states: CaseState) -> Callable[[Merchant, datetime], QuerySet[Order]]:
    def found(merchant: Merchant, at: datetime) -> QuerySet[Order]:
        cases = own(Case, merchant).filter(state__in=states)
        return own(Order, merchant).filter(pk__in=cases.values("order")).order_by("pk")

    return found


KINDS: Mapping[str, Kind] = {
    "late": Kind(_("Late to ship"), "clock-exclamation", "danger", _late),
    "case": Kind(_("Case to answer"), "message-report", "danger", _with_cases(*ON_US)),
    "dispute": Kind(_("Disputed"), "scale", "warning", _with_cases(CaseState.DISPUTED)),
    "unknown": Kind(_("Payment unknown"), "help-circle", "warning", _unknown),
    "authorised": Kind(_("To be captured"), "credit-card", "info", _authorised),
    "expiring": Kind(_("Unpaid, expires soon"), "hourglass", "secondary", _expiring),
}


def keys(merchant: Merchant, kind: str, *, at: datetime) -> set[int]:
    """Return the keys of the merchant's orders that wait for that reason, or, without one, for any."""
    wanted = [KINDS[kind]] if kind else KINDS.values()
    first, *others = [one.orders(merchant, at)[:MOST].values_list("pk") for one in wanted]
    return {key for (key,) in (first.union(*others, all=True) if others else first)}


def queries(merchant: Merchant, *, at: datetime) -> dict[str, QuerySet[Order]]:
    """Return the orders of each kind, to be counted."""
    return {name: kind.orders(merchant, at) for name, kind in KINDS.items()}


def reasons(merchant: Merchant, shown: list[Order], *, at: datetime) -> dict[int, list[Kind]]:
    """Return why each of some orders needs somebody, by one query."""
    among = [order.pk for order in shown]
    if not among:
        return {}
    found = _labelled(merchant, among, at)
    return {key: [KINDS[name] for name in KINDS if (key, name) in found] for key in among}


def _labelled(merchant: Merchant, among: list[int], at: datetime) -> set[tuple[int, str]]:
    parts = [
        kind.orders(merchant, at).filter(pk__in=among).order_by().values_list("pk", Value(name))
        for name, kind in KINDS.items()
    ]
    return set(parts[0].union(*parts[1:], all=True))
