"""Payment: money asked for, its outcome settled once, and orders that become paid by it.

Three steps: `begin` writes the payment down, `ask` calls the provider outside any transaction, `settle` applies what
became of it – the same whether the answer, a webhook or the reconciliation brings the news, and however often.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from ads.attribution import SoldLine, record_conversion
from chengfeng import jobs, ledger, outbox, payments
from chengfeng.codes import new_code
from chengfeng.models import Account
from chengfeng.money import ZERO, allocate, minor_unit
from shops.catalogue import stock
from shops.onboarding.checklist import reach
from shops.onboarding.steps import Step

from .models import Checkout, Order, Payment, PaymentShare, Refund
from .moves import CancelReason, OrderState, move


class PaymentRefused(Exception):
    """This payment cannot be asked for; `code` says why."""

    def __init__(self, code: str, message: str):
        self.code = code
        super().__init__(message)


def left_by_order(checkout: Checkout) -> dict[Order, Decimal]:
    """Return what each order that awaits payment still needs, payments under way counted as made."""
    under_way = Q(payment_shares__payment__state__in=[Payment.State.PENDING, Payment.State.CAPTURED])
    orders = Order.objects.filter(checkout=checkout, state=OrderState.PLACED).order_by("pk")
    shares = Coalesce(Sum("payment_shares__amount", filter=under_way), ZERO)
    return {order: order.total - order.shared for order in orders.annotate(shared=shares)}


@transaction.atomic
def begin(
    checkout: Checkout,
    *,
    provider: str,
    method: str,
    at: datetime,
    amount: Decimal | None = None,
    instalments: int = 1,
) -> Payment:
    """Write a pending payment of `amount` (all that is left, if None), split over the orders that await it.

    Raises PaymentRefused: `not_payable` when no order awaits payment, `nothing_left` when payments under way cover
    everything, `too_much`, `too_fine`.
    """
    locked = Checkout.objects.select_for_update(no_key=True).get(pk=checkout.pk)
    return write(locked, provider=provider, method=method, at=at, amount=amount, instalments=instalments)


def write(
    checkout: Checkout, *, provider: str, method: str, at: datetime, amount: Decimal | None, instalments: int
) -> Payment:
    """Write a payment as `begin` does; the checkout must be locked."""
    lefts = left_by_order(checkout)
    if not lefts:
        raise PaymentRefused("not_payable", "no order of this checkout awaits payment")
    left = sum(lefts.values())
    amount = left if amount is None else amount
    _refuse_amount(amount, left, is_complete=not left and checkout.total, currency=checkout.currency)
    parts = allocate(amount, list(lefts.values()), unit=minor_unit(checkout.currency))
    params = {
        "code": new_code("pay"), "checkout": checkout.pk, "provider": provider, "method": method, "at": at,
        "instalments": instalments, "amount": amount, "currency": checkout.currency,
        "orders": [order.pk for order in lefts], "parts": parts,
    }  # fmt: skip
    return Payment.objects.raw(BEGIN, params)[0]


BEGIN = """
WITH begun AS (
    INSERT INTO orders_payment
        (code, checkout_id, provider, method, instalments, amount, currency, state, failure, created_at)
    VALUES (%(code)s, %(checkout)s, %(provider)s, %(method)s, %(instalments)s, %(amount)s, %(currency)s, 'pending', '',
        %(at)s)
    RETURNING *
), shared AS (
    INSERT INTO orders_paymentshare (payment_id, order_id, amount)
    SELECT begun.id, s.* FROM begun, unnest(%(orders)s::bigint[], %(parts)s::numeric[]) AS s
)
SELECT * FROM begun
"""


def _refuse_amount(amount: Decimal, left: Decimal, *, is_complete: bool, currency: str) -> None:
    if is_complete:
        raise PaymentRefused("nothing_left", "payments under way cover everything")
    if amount > left:
        raise PaymentRefused("too_much", f"only {left} {currency} are left to pay")
    if amount % minor_unit(currency):
        raise PaymentRefused("too_fine", f"{amount} is finer than {minor_unit(currency)} {currency}")


def ask(payment: Payment, *, source: str, at: datetime) -> Payment:
    """Have the provider charge a pending payment, settle its answer, and return the payment as it stands then.

    Without an answer it stays pending.

    Asking again is safe: the provider charges once per payment code. Never call it inside a transaction.
    """
    try:
        outcome = payments.provider(payment.provider).charge(
            reference=payment.code, amount=payment.amount, currency=payment.currency, source=source, at=at
        )
    except payments.Unreachable:
        return Payment.objects.get(pk=payment.pk)
    captured = capture(payment.code, outcome, at=at) if outcome.state == "succeeded" else None
    if outcome.state == "failed":
        settle(payment.code, outcome, at=at)
    return captured or Payment.objects.get(pk=payment.pk)


def settle(code: str, outcome: payments.Outcome, *, at: datetime) -> bool:
    """Apply what became of a payment; return whether that was news. Raises Payment.DoesNotExist."""
    if outcome.state == "succeeded" and capture(code, outcome, at=at):
        return True
    payment = Payment.objects.get(code=code)
    if outcome.state != "failed":
        return False
    waiting = Payment.objects.filter(pk=payment.pk, state=Payment.State.PENDING)
    return bool(waiting.update(state=Payment.State.FAILED, failure=outcome.failure[:80]))


@transaction.atomic
def capture(code: str, outcome: payments.Outcome, *, at: datetime) -> Payment | None:
    """Note that the money of a payment came, and return the payment; None if there is none, or it was noted before.

    A capture posts its transfers and pays every order it completes, in this one transaction. What cannot be used any
    more – its order was cancelled and the goods are gone – is given back.
    """
    params = {"code": code, "at": at, "reference": outcome.provider_reference}
    captured = next(iter(Payment.objects.raw(CAPTURE, params)), None)
    if captured:
        _use(captured, at=at)
    return captured


CAPTURE = """
WITH locked AS (
    SELECT id FROM orders_checkout
    WHERE id = (SELECT checkout_id FROM orders_payment WHERE code = %(code)s) FOR NO KEY UPDATE
)
UPDATE orders_payment p
SET state = 'captured', captured_at = %(at)s, failure = '', provider_reference = %(reference)s
FROM locked WHERE p.checkout_id = locked.id AND p.code = %(code)s AND p.state <> 'captured'
RETURNING p.*
"""


def _use(payment: Payment, *, at: datetime) -> None:
    """Use a captured payment: pay the orders it completes, give back what is no use, post all of it."""
    orders = list(_with_money(payment))
    for order in orders:
        if _can_pay(order, at=at):
            _pay(order, at=max(at, order.cancelled_at or at))
        elif order.state != OrderState.PLACED and order.share:
            _give_back(order, payment, order.share, at=at)
    _post(payment, [order for order in orders if order.share], at=at)


def _with_money(payment: Payment) -> QuerySet[Order]:
    """Return its orders in the order they are locked: `share` is what this payment brings, `captured` all that came."""
    captured = Q(payment_shares__payment__state=Payment.State.CAPTURED)
    sums = Order.objects.filter(pk__in=payment.shares.values("order")).annotate(
        captured=Coalesce(Sum("payment_shares__amount", filter=captured), ZERO),
        share=Sum("payment_shares__amount", filter=Q(payment_shares__payment=payment)),
    )
    return sums.select_related("merchant").prefetch_related("lines").order_by("merchant_id")


def _can_pay(order: Order, *, at: datetime) -> bool:
    """Whether the order is complete by now; one that expired unpaid holds its goods anew, if they are still there."""
    if order.captured < order.total:
        return False
    if order.state == OrderState.PLACED:
        return True
    expired = order.state == OrderState.CANCELLED and order.cancel_reason == CancelReason.UNPAID
    if not expired or Refund.objects.filter(order=order).exists():
        return False
    try:
        lines = [(line.variant, line.quantity) for line in order.lines.select_related("variant")]
        stock.hold(cause=order.code, lines=lines, at=at, expires_at=at)
    except stock.OutOfStock:
        return False
    return True


def _pay(order: Order, *, at: datetime) -> None:
    """Make an order paid with all that follows from it, inside the caller's transaction."""
    move(order, OrderState.PAID, at=at, cancelled_at=None, cancel_reason="")
    stock.take(cause=order.code, at=at)
    sold = [SoldLine(line.code, line.product_id, line.quantity, line.total) for line in order.lines.all()]
    record_conversion(
        merchant=order.merchant, order_code=order.code, shopper=order.shopper, currency=order.currency, lines=sold,
        at=at,
    )  # fmt: skip
    reach(order.merchant, Step.FIRST_ORDER, at=at, fact=order.code)
    outbox.publish("order.paid", key=order.code, payload={"merchant": order.merchant.code}, at=at)


def _give_back(order: Order, payment: Payment, amount: Decimal, *, at: datetime) -> None:
    """Write a refund of money that found no order to pay, and have a worker carry it out."""
    Refund.objects.create(
        merchant=order.merchant, order=order, payment=payment, amount=amount, currency=payment.currency,
        reason="payment_too_late", requested_at=at,
    )  # fmt: skip
    jobs.enqueue("reconcile_payments", at=at)


def give_back_captured(order: Order, *, at: datetime) -> None:
    """Give back what had been captured of an order that is cancelled before it was paid in full."""
    captured = PaymentShare.objects.filter(order=order, payment__state=Payment.State.CAPTURED, amount__gt=0)
    for share in captured.select_related("payment"):
        _give_back(order, share.payment, share.amount, at=at)


def _post(payment: Payment, orders: Sequence[Order], *, at: datetime) -> None:
    """Post one transfer per order that the payment gave its `share`."""
    if not orders:
        return
    names = [(Account.Kind.OUTSIDE, ""), *((Account.Kind.SALES, order.merchant.code) for order in orders)]
    outside, *sales = ledger.accounts(*names, currency=payment.currency)
    postings = [
        ledger.Posting(
            "payment", f"payment:{payment.code}:{order.code}", at, {outside: -order.share, account: order.share}
        )
        for order, account in zip(orders, sales, strict=True)
    ]
    ledger.post_many(postings)


def pending(checkout: Checkout) -> Sequence[Payment]:
    """Return the payments of a checkout whose outcome is not known yet."""
    return checkout.payments.filter(state=Payment.State.PENDING).order_by("pk")
