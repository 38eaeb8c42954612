"""Refunds: money given back by line and for shipping, through the payments it came by, never more than came.

Like a payment: `request` writes them down, `carry_out` asks the provider outside any transaction, `settle` applies
the outcome once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from ads.attribution import record_refund
from chengfeng import ledger, outbox, payments
from chengfeng.models import Account
from chengfeng.money import ZERO, minor_unit, round_money
from shops.catalogue import stock
from shops.models import User

from .fulfilment import advance
from .models import Order, OrderLine, Payment, PaymentShare, Refund, RefundLine
from .settlement.settling import take_back
from .units import STANDING
from .vouchers.matching import match


class RefundRefused(Exception):
    """The refund asks for what cannot be given back; `field` names the part and `code` the rule."""

    def __init__(self, field: str, code: str, message: str):
        self.field, self.code = field, code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Wish:
    """Units of a line (its code) to be refunded; `amount` None is their share of what the line cost.

    `unshipped` says how many of the units have not left; None is as many as there are.
    """

    line: str
    quantity: int
    amount: Decimal | None = None
    unshipped: int | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """What can still be refunded of a line; `unshipped` of its units have not left."""

    line: OrderLine
    quantity: int
    amount: Decimal
    unshipped: int

    def share(self, quantity: int) -> Decimal:
        """Return what that many units cost, to the cent; the last unit takes what is left."""
        if quantity == self.quantity:
            return self.amount
        return min(round_money(self.line.total * quantity / self.line.quantity, self.line.order.currency), self.amount)


@dataclass(frozen=True, slots=True)
class Part:
    """A sum to be given back: for units of a line, or, where `line` is None, for shipping, tax and fees."""

    line: OrderLine | None
    quantity: int
    amount: Decimal
    unshipped: int = 0

    @property
    def shipped(self) -> int:
        return self.quantity - self.unshipped


def left_by_line(order: Order) -> list[Left]:
    """Return what can still be refunded of each line, refunds under way counted as done."""
    standing = Q(refund_lines__refund__state__in=STANDING)
    lines = (
        order.lines.select_related("product")
        .order_by("pk")
        .annotate(
            given=Coalesce(Sum("refund_lines__amount", filter=standing), ZERO),
            units=Coalesce(Sum("refund_lines__quantity", filter=standing), 0),
            given_up=Coalesce(Sum("refund_lines__unshipped", filter=standing), 0),
        )
    )
    lefts = [
        Left(line, line.quantity - line.units, line.total - line.given, line.quantity - line.shipped - line.given_up)
        for line in lines
    ]
    for left in lefts:
        left.line.order = order
    return lefts


def left_of_shipping(order: Order) -> Decimal:
    """Return what can still be refunded of shipping, tax and fees."""
    given = Refund.objects.filter(order=order, state__in=STANDING).aggregate(sum=Coalesce(Sum("shipping"), ZERO))
    return order.shipping + order.tax - given["sum"]


@transaction.atomic
def request(
    order: Order,
    *,
    wishes: Sequence[Wish],
    at: datetime,
    shipping: Decimal = ZERO,
    reason: str = "",
    restock: bool = False,
    by: User | None = None,
) -> list[Refund]:
    """Write the refunds of a paid order, one per payment that money goes back through, and return them pending.

    The order is locked, so that refunds at once see each other. Raises RefundRefused, with nothing written.
    """
    order = Order.objects.select_for_update(of=("self",), no_key=True).select_related("merchant").get(pk=order.pk)
    if order.paid_at is None:
        raise RefundRefused("order", "not_paid", "the order has not been paid")
    lefts = {left.line.code: left for left in left_by_line(order)}
    parts = [_part(lefts, index, wish, order.currency) for index, wish in enumerate(wishes)]
    _refuse_shipping(order, shipping)
    if restock:
        _refuse_missing(parts)
    parts += [Part(None, 0, shipping)] if shipping else []
    if not any(part.amount or part.quantity for part in parts):
        raise RefundRefused("lines", "nothing", "the refund gives nothing back")
    return write(order, parts, reason=reason, restock=restock, by=by, at=at)


def _part(lefts: Mapping[str, Left], index: int, wish: Wish, currency: str) -> Part:
    left, field = lefts.get(wish.line), f"lines.{index}"
    if left is None:
        raise RefundRefused(f"{field}.line", "unknown", "the order has no such line")
    if wish.quantity > left.quantity:
        raise RefundRefused(f"{field}.quantity", "too_many", f"only {left.quantity} units can still be refunded")
    amount = left.share(wish.quantity) if wish.amount is None else wish.amount
    if amount > left.amount:
        raise RefundRefused(f"{field}.amount", "too_much", f"only {left.amount} can still be refunded")
    if amount % minor_unit(currency):
        raise RefundRefused(f"{field}.amount", "too_fine", f"{amount} is finer than {minor_unit(currency)}")
    return Part(left.line, wish.quantity, amount, _unshipped(left, wish, field))


def _unshipped(left: Left, wish: Wish, field: str) -> int:
    """Return how many of the units wished for have not left; raises RefundRefused when there are not so many."""
    unshipped = min(wish.quantity, left.unshipped) if wish.unshipped is None else wish.unshipped
    if unshipped > left.unshipped or wish.quantity - unshipped > left.quantity - left.unshipped:
        raise RefundRefused(f"{field}.quantity", "too_many", "fewer such units can still be refunded")
    return unshipped


def _refuse_shipping(order: Order, shipping: Decimal) -> None:
    if shipping and shipping > left_of_shipping(order):
        raise RefundRefused("shipping", "too_much", f"only {left_of_shipping(order)} can still be refunded")
    if shipping % minor_unit(order.currency):
        raise RefundRefused("shipping", "too_fine", f"{shipping} is finer than {minor_unit(order.currency)}")


def _refuse_missing(parts: Iterable[Part]) -> None:
    """Refuse to take back more units than are out there."""
    if any(part.shipped > part.line.shipped - part.line.returned for part in parts):
        raise RefundRefused("restock", "not_out", "more units would come back than were shipped")


def write(
    order: Order,
    parts: Sequence[Part],
    *,
    at: datetime,
    reason: str = "",
    restock: bool = False,
    by: User | None = None,
) -> list[Refund]:
    """Write pending refunds of the parts, spread over the order's payments; the order must be locked.

    Raises RefundRefused when its payments did not bring that much.
    """
    refunds = [
        (_refund(order, payment, chunk, reason=reason, restock=restock, by=by, at=at), chunk)
        for payment, chunk in _spread(parts, _capacities(order))
    ]
    Refund.objects.bulk_create(refund for refund, _ in refunds)
    RefundLine.objects.bulk_create(
        RefundLine(refund=refund, line=part.line, quantity=part.quantity, unshipped=part.unshipped, amount=part.amount)
        for refund, chunk in refunds
        for part in chunk
        if part.line
    )
    if any(part.unshipped and part.line.product.is_service for part in parts):
        match(order, at=at)
    return [refund for refund, _ in refunds]


def _refund(order: Order, payment: Payment, chunk: Sequence[Part], **fields) -> Refund:
    return Refund(
        merchant=order.merchant, order=order, payment=payment, currency=order.currency,
        amount=sum((part.amount for part in chunk), ZERO),
        shipping=sum((part.amount for part in chunk if part.line is None), ZERO),
        reason=fields["reason"], restock=fields["restock"], requested_by=fields["by"], requested_at=fields["at"],
    )  # fmt: skip


def _capacities(order: Order) -> list[tuple[Payment, Decimal]]:
    """Return what each captured payment can still give back of this order, the earliest first."""
    shares = PaymentShare.objects.filter(order=order, payment__state=Payment.State.CAPTURED)
    given = dict(
        Refund.objects.filter(order=order, state__in=STANDING)
        .values_list("payment")
        .annotate(Sum("amount"))
        .order_by("payment")
    )
    return [
        (share.payment, share.amount - given.get(share.payment_id, ZERO))
        for share in shares.select_related("payment").order_by("payment_id")
    ]


def _spread(parts: Iterable[Part], capacities: Sequence[tuple[Payment, Decimal]]) -> list[tuple[Payment, list[Part]]]:
    """Fill the payments one after the other with the parts; units go with the first piece of their part."""
    chunks = [(payment, left, []) for payment, left in capacities]
    for part in parts:
        amount, quantity, unshipped = part.amount, part.quantity, part.unshipped
        for index, (payment, left, chunk) in enumerate(chunks):
            piece = min(amount, left)
            if piece or (quantity and not amount):
                chunk.append(Part(part.line, quantity, piece, unshipped))
                chunks[index] = (payment, left - piece, chunk)
                amount, quantity, unshipped = amount - piece, 0, 0
        if amount or quantity:
            raise RefundRefused("amount", "too_much", "the order's payments did not bring that much")
    return [(payment, chunk) for payment, _, chunk in chunks if chunk]


def carry_out(refund: Refund, *, at: datetime) -> bool:
    """Have the provider give a pending refund back and settle its answer; return whether the refund is done by now.

    Again is safe: the provider gives back once per refund code; it is not asked about units that cost nothing. Never
    call it inside a transaction.
    """
    payment = refund.payment
    if not refund.amount:
        settle(refund.code, payments.Outcome("succeeded"), at=at)
        return True
    try:
        outcome = payments.provider(payment.provider).refund(
            reference=refund.code, charge=payment.provider_reference, amount=refund.amount, currency=refund.currency,
            at=at,
        )  # fmt: skip
    except payments.Unreachable:
        return False
    settle(refund.code, outcome, at=at)
    return outcome.state == "succeeded"


@transaction.atomic
def settle(code: str, outcome: payments.Outcome, *, at: datetime) -> bool:
    """Apply what became of a refund; return whether that was news. Raises Refund.DoesNotExist."""
    if outcome.state == "pending":
        return False
    locked = Refund.objects.select_related("order__merchant").select_for_update(of=("order",), no_key=True)
    refund = locked.get(code=code)
    done = outcome.state == "succeeded"
    fields = {"state": Refund.State.DONE, "done_at": at, "provider_reference": outcome.provider_reference or None}
    waiting = Refund.objects.filter(pk=refund.pk, state=Refund.State.PENDING)
    news = waiting.update(**fields if done else {"state": Refund.State.FAILED})
    if news and done:
        _give(refund, at=at)
    elif news:
        match(refund.order, at=at)
    return bool(news)


def _give(refund: Refund, *, at: datetime) -> None:
    """Let a done refund take effect on lines, shelf, credits, ledger, outbox and what was settled."""
    lines = list(refund.lines.select_related("line__variant").order_by("line__variant_id"))
    for part in lines:
        OrderLine.objects.filter(pk=part.line_id).update(refunded=F("refunded") + part.amount)
    if lines or refund.shipping:
        Order.objects.filter(pk=refund.order_id).update(refunded=F("refunded") + refund.amount)
    if refund.restock:
        _restock(refund, lines, at=at)
    record_refund(refund_code=refund.code, lines={part.line.code: part.amount for part in lines}, at=at)
    order = refund.order
    told = {"merchant": order.merchant.code, "order": order.code, "refund": refund.code}
    outbox.publish("order.refunded", key=refund.code, payload=told, at=at)
    if refund.amount:
        _post(refund, at=at)
    if any(part.unshipped for part in lines):
        advance(refund.order, at=at)
    take_back(refund.order, at=at)


def _restock(refund: Refund, lines: Iterable[RefundLine], *, at: datetime) -> None:
    """Put the units back on the shelf; those that had left come back from the shopper."""
    for part in lines:
        if part.quantity:
            stock.put_back(variant=part.line.variant, quantity=part.quantity, cause=refund.code, at=at)
            OrderLine.objects.filter(pk=part.line_id).update(returned=F("returned") + part.quantity - part.unshipped)


def _post(refund: Refund, *, at: datetime) -> None:
    outside = ledger.account(Account.Kind.OUTSIDE, currency=refund.currency)
    sales = ledger.account(Account.Kind.SALES, owner=refund.order.merchant.code, currency=refund.currency)
    entries = {sales: -refund.amount, outside: refund.amount}
    ledger.post(kind="refund", reference=f"refund:{refund.code}", at=at, entries=entries)
