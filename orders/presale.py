"""Presales: an order placed ahead, of which the deposit is due first and the balance in its own time.

A deposit that comes makes the order DEPOSIT and keeps the goods until the balance must have come; a balance that does
not come cancels it, and the deposit stays with the merchant. What comes is settled in `payment`, what does not in
`expiry`.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum

from chengfeng import clock, outbox
from chengfeng.models import Job, OutboxMessage
from chengfeng.money import ZERO
from shops.delivery.rates import Cost, Destination, Sent, cost, templates_of
from shops.models import Presale, User, Variant
from shops.promotions import presales

from . import wanted
from .checkout import Checkout, CheckoutRefused, Contact, Draft, NotServed, write
from .models import Order
from .moves import CancelReason, OrderState
from .quoting import Item
from .wanted import Pick

MAX_UNITS = 99


class NotOpen(CheckoutRefused):
    """The presale takes no deposits at this time."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody owes for units of a presale, and when."""

    presale: Presale
    quantity: int
    shipping: Cost

    @property
    def deposit(self) -> Decimal:
        return self.presale.deposit * self.quantity

    @property
    def goods(self) -> Decimal:
        return self.presale.price * self.quantity

    @property
    def total(self) -> Decimal:
        return self.goods + self.shipping.amount

    @property
    def balance(self) -> Decimal:
        return self.total - self.deposit


def terms(presale: Presale, quantity: int, *, destination: Destination | None = None) -> Terms:
    """Return what units of a presale (variant with product and merchant loaded) cost, sent to that place."""
    sent = Sent(presale.variant, quantity, presale.price * quantity)
    merchant = presale.variant.merchant
    templates = templates_of([merchant])
    shipping = cost([sent], destination=destination, currency=merchant.currency, templates=templates)
    return Terms(presale, quantity, shipping)


def found(code: str, *, at: datetime) -> Presale:
    """Return the presale of that code, ready to be placed. Raises NotOpen unless it takes deposits at that time."""
    presale = presales.running(at=at).select_related("variant").filter(code=code).first()
    if presale is None:
        raise NotOpen
    presale.variant = wanted.variants([presale.variant.code])[presale.variant.code]
    return presale


def is_known(code: str) -> bool:
    """Whether there is, or was, such a presale for shoppers."""
    return Presale.objects.filter(code=code).exclude(state=Presale.State.DRAFT).exists()


@transaction.atomic(savepoint=False)
def place(
    *,
    presale: Presale,
    quantity: int,
    shopper: UUID,
    contact: Contact,
    at: datetime,
    total: Decimal | None = None,
    user: User | None = None,
    language: str = "",
    external_reference: str = "",
    message: str = "",
) -> Checkout:
    """Place units of a presale: a checkout of one order, its deposit due at once.

    `total` is what the shopper was shown. Raises NotOpen, TotalChanged, NotServed or OutOfStock; any of them ends the
    transaction it is called in.
    """
    offered = found(presale.code, at=at)
    wanted.refuse_missing([Pick(offered.variant, quantity)])
    owed = terms(offered, quantity, destination=contact.destination)
    if owed.shipping.not_served:
        raise NotServed([offered.variant])
    if total is not None and total != owed.total:
        raise TotalChanged(owed)
    item = Item(offered.variant, quantity, offered.price, list_price=_list_price(offered))
    checkout = Checkout(
        shopper=shopper, user=user, language=language, external_reference=external_reference, placed_at=at,
        currency=offered.variant.merchant.currency, **asdict(contact),
    )  # fmt: skip
    draft = Draft(
        offered.variant.merchant, [item], owed.shipping.amount, message=message, presale=offered, deposit=owed.deposit
    )
    return write(checkout, [draft])


class TotalChanged(CheckoutRefused):
    """It costs something else than the shopper was shown; `terms` are what holds now."""

    def __init__(self, terms: Terms):
        self.terms = terms
        super().__init__(f"it costs {terms.total} now")


def _list_price(presale: Presale) -> Decimal | None:
    variant: Variant = presale.variant
    before = variant.list_price or variant.price
    return before if before > presale.price else None


def remind(*, at: datetime) -> int:
    """Have everybody told whose balance can be paid from now on; return how many are. Again tells nobody twice."""
    due = Order.objects.filter(
        state=OrderState.DEPOSIT, presale__balance_from__lte=at, presale__balance_until__gt=at
    ).exclude(code__in=_reminded())
    codes = list(due.select_related("merchant").order_by("pk").values_list("code", "merchant__code"))
    for code, merchant in codes:
        outbox.publish("order.balance_due", key=code, payload={"merchant": merchant}, at=at)
    return len(codes)


def _reminded() -> QuerySet:
    return OutboxMessage.objects.filter(topic="order.balance_due").values("key")


def run(job: Job, report: Callable) -> dict:
    """The recurring job `remind_of_balances`."""
    return {"reminded": remind(at=clock.now())}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a presale goes: orders and units by where they stand, the deposits in hand, and the balances to come."""

    awaited: int = 0
    deposited: int = 0
    paid: int = 0
    lapsed: int = 0
    deposits: Decimal = ZERO
    kept: Decimal = ZERO
    to_come: Decimal = ZERO
    paid_total: Decimal = ZERO


def standing(presale: Presale) -> Standing:
    """Return how a presale goes."""
    placed, deposit = Q(state=OrderState.PLACED), Q(state=OrderState.DEPOSIT)
    paid = Q(paid_at__isnull=False) & ~Q(state=OrderState.CANCELLED)
    lapsed = Q(state=OrderState.CANCELLED, cancel_reason=CancelReason.BALANCE_UNPAID)
    sums = Order.objects.filter(presale=presale).aggregate(
        awaited=Count("pk", filter=placed),
        deposited=Count("pk", filter=deposit),
        paid=Count("pk", filter=paid),
        lapsed=Count("pk", filter=lapsed),
        deposits=Sum("deposit", filter=deposit, default=ZERO),
        kept=Sum("deposit", filter=lapsed, default=ZERO),
        to_come=Sum(F("total") - F("deposit"), filter=deposit, default=ZERO),
        paid_total=Sum("total", filter=paid, default=ZERO),
    )
    return Standing(**sums)
