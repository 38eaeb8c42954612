"""Payment: money asked for, its outcome settled once, and orders that become paid by it.

Three steps: `begin` writes the payment down, `ask` calls the provider outside any transaction, `settle` applies what
became of it – the same whether the answer, a webhook or the reconciliation brings the news, and however often.
Money that an order has no use for – it is paid already, or gone – is noted as surplus of its share and given back.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from ads.attribution import SoldLine, converting
from chengfeng import jobs, ledger, outbox, payments, sql
from chengfeng.codes import new_code
from chengfeng.models import Account
from chengfeng.money import ZERO, allocate, minor_unit
from chengfeng.prepared import Given, Prepared
from shops.catalogue import stock
from shops.onboarding.checklist import reach
from shops.onboarding.steps import Step
from shops.promotions import uses

from .fulfilment import ship_by
from .models import Checkout, Order, OrderLine, Payment, PaymentShare, Refund
from .moves import CancelReason, OrderState, move, moving
from .vouchers import issuing

STANDING = (Payment.State.PENDING, Payment.State.AUTHORISED, Payment.State.CAPTURED)
LAPSED = (CancelReason.UNPAID, CancelReason.BALANCE_UNPAID)


class PaymentRefused(Exception):
    """This payment cannot be asked for; `code` says why."""

    def __init__(self, code: str, message: str):
        self.code = code
        super().__init__(message)


def left_by_order(checkout: Checkout, *, at: datetime) -> dict[Order, Decimal]:
    """Return what each order that awaits payment still needs then, payments under way counted as made.

    Of a presale that is first the deposit; the balance only from its time on.
    """
    return {
        order: _due(order) - order.shared for order in _with_shared(checkout=checkout.pk) if _is_awaited(order, at=at)
    }


@Prepared
def _with_shared() -> QuerySet[Order]:
    """Return the orders of a `checkout`; `shared` is what payments made or under way bring."""
    orders = Order.objects.filter(checkout=Given("checkout", models.BigIntegerField())).order_by("pk")
    return orders.select_related("presale").annotate(shared=_used(payment__state__in=STANDING))


def _is_awaited(order: Order, *, at: datetime) -> bool:
    """Whether the order awaits payment then."""
    if order.state == OrderState.DEPOSIT:
        return order.presale.balance_from <= at
    return order.state == OrderState.PLACED


def _used(**such) -> Coalesce:
    """Return the sum of what an order uses of such payments, to annotate it with."""
    shares = PaymentShare.objects.filter(order=OuterRef("pk"), **such).order_by().values("order")
    return Coalesce(Subquery(shares.annotate(used=Sum(F("amount") - F("surplus"))).values("used")), ZERO)


def _due(order: Order) -> Decimal:
    return order.deposit if order.presale_id and order.state == OrderState.PLACED else order.total


@transaction.atomic
def begin(
    checkout: Checkout,
    *,
    provider: str,
    method: str,
    at: datetime,
    amount: Decimal | None = None,
    instalments: int = 1,
    captures_later: bool = False,
) -> Payment:
    """Write a pending payment of `amount` (all that is left, if None), split over the orders that await it.

    One that `captures_later` is only authorised at first. Raises PaymentRefused: `not_payable` when no order awaits
    payment, `nothing_left` when payments under way cover everything, `too_much`, `too_fine`, and `several_merchants`
    or `presale` when several of them would have to capture, or capture twice.
    """
    locked = Checkout.objects.select_for_update(no_key=True).get(pk=checkout.pk)
    return write(
        locked, provider=provider, method=method, at=at, amount=amount, instalments=instalments,
        captures_later=captures_later,
    )  # fmt: skip


def write(
    checkout: Checkout,
    *,
    provider: str,
    method: str,
    at: datetime,
    amount: Decimal | None,
    instalments: int,
    captures_later: bool = False,
) -> Payment:
    """Write a payment as `begin` does; the checkout must be locked."""
    lefts = left_by_order(checkout, at=at)
    if not lefts:
        raise PaymentRefused("not_payable", "no order of this checkout awaits payment")
    if captures_later and len(lefts) > 1:
        raise PaymentRefused("several_merchants", "only what one merchant sells can be captured later")
    if captures_later and any(order.presale_id for order in lefts):
        raise PaymentRefused("presale", "what is sold ahead is captured at once")
    left = sum(lefts.values())
    amount = left if amount is None else amount
    _refuse_amount(amount, left, is_complete=not left and checkout.total, currency=checkout.currency)
    parts = allocate(amount, list(lefts.values()), unit=minor_unit(checkout.currency))
    params = {
        "code": new_code("pay"), "checkout": checkout.pk, "provider": provider, "method": method, "at": at,
        "instalments": instalments, "amount": amount, "currency": checkout.currency,
        "orders": [order.pk for order in lefts], "parts": parts, "captures_later": captures_later,
    }  # fmt: skip
    return sql.instances(Payment, BEGIN, params)[0]


BEGIN = """
WITH begun AS (
    INSERT INTO orders_payment
        (code, checkout_id, provider, method, instalments, amount, currency, state, failure, created_at, captures_later)
    VALUES (%(code)s, %(checkout)s, %(provider)s, %(method)s, %(instalments)s, %(amount)s, %(currency)s, 'pending', '',
        %(at)s, %(captures_later)s)
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
    """Have the provider charge or authorise a pending payment, settle its answer, and return it as it stands then.

    Without an answer it stays pending. Asking again is safe: the provider charges once per payment code, and is not
    asked about a payment that is settled. Never call it inside a transaction.
    """
    return conclude(payment, tell(payment, source=source, at=at), at=at)


def tell(payment: Payment, *, source: str, at: datetime) -> payments.Outcome | None:
    """Tell the provider what `ask` asks, outside any transaction; return its answer, if it was asked and gave one."""
    if payment.state != Payment.State.PENDING:
        return None
    provider = payments.provider(payment.provider)
    take = provider.authorise if payment.captures_later else provider.charge
    try:
        return take(reference=payment.code, amount=payment.amount, currency=payment.currency, source=source, at=at)
    except payments.Unreachable:
        return None


def conclude(payment: Payment, outcome: payments.Outcome | None, *, at: datetime) -> Payment:
    """Settle what the provider answered, if it did, and return the payment as it stands then."""
    captured = capture(payment.code, outcome, at=at) if outcome and outcome.state == "succeeded" else None
    if outcome and outcome.state != "succeeded":
        settle(payment.code, outcome, at=at)
    return captured or Payment.objects.get(pk=payment.pk)


def settle(code: str, outcome: payments.Outcome, *, at: datetime) -> bool:
    """Apply what became of a payment; return whether that was news. Raises Payment.DoesNotExist."""
    if outcome.state == "succeeded" and capture(code, outcome, at=at):
        return True
    payment = Payment.objects.get(code=code)
    if outcome.state == "authorised":
        return authorise(code, outcome, at=at)
    if outcome.state == "voided" and void(code, at=at):
        return True
    waiting = Payment.objects.filter(pk=payment.pk, state=Payment.State.PENDING)
    if outcome.state in ("failed", "voided"):
        return bool(waiting.update(state=Payment.State.FAILED, failure=(outcome.failure or "voided")[:80]))
    if outcome.state == "pending" and outcome.provider_reference:
        waiting.update(provider_reference=outcome.provider_reference)
    return False


@transaction.atomic
def authorise(code: str, outcome: payments.Outcome, *, at: datetime) -> bool:
    """Note that the money of a payment is set aside, and keep the goods for as long; return whether that was news.

    Where the order is gone by then, a worker has the provider void it.
    """
    payment = _locked(code)
    waiting = Payment.objects.filter(pk=payment.pk, state__in=[Payment.State.PENDING, Payment.State.FAILED])
    news = waiting.update(
        state=Payment.State.AUTHORISED, authorised=F("amount"), authorised_at=at, failure="",
        provider_reference=outcome.provider_reference,
    )  # fmt: skip
    for order in Order.objects.filter(payment_shares__payment=payment) if news else ():
        if order.state == OrderState.PLACED:
            _keep_goods(order, until=max(order.expires_at, at + settings.AUTHORISED_FOR))
        elif order.state != OrderState.DEPOSIT:  # whose goods wait until the balance must have come
            void_authorised(order, at=at)
    return bool(news)


def _locked(code: str) -> Payment:
    """Return a payment, its checkout locked."""
    payment = Payment.objects.get(code=code)
    Checkout.objects.select_for_update(no_key=True).get(pk=payment.checkout_id)
    return payment


def _keep_goods(order: Order, *, until: datetime) -> None:
    Order.objects.filter(pk=order.pk).update(expires_at=until)
    stock.keep(cause=order.code, until=until)


@transaction.atomic
def void(code: str, *, at: datetime) -> bool:
    """Note that an authorisation was given up; an order left unpaid by it is due in the usual time."""
    payment = _locked(code)
    waiting = Payment.objects.filter(pk=payment.pk, state=Payment.State.AUTHORISED)
    news = waiting.update(state=Payment.State.VOIDED, voided_at=at, is_voiding=False, to_capture=None)
    for order in Order.objects.filter(payment_shares__payment=payment, state=OrderState.PLACED) if news else ():
        _keep_goods(order, until=min(order.expires_at, at + settings.ORDER_EXPIRES_AFTER))
    return bool(news)


@transaction.atomic(savepoint=False)
def capture(code: str, outcome: payments.Outcome, *, at: datetime) -> Payment | None:
    """Note that the money of a payment came, and return the payment; None if there is none, or it was noted before.

    A capture posts its transfers and pays every order it completes, in this one transaction. What cannot be used any
    more – its order is paid, or was cancelled and the goods are gone – is given back. Of an authorisation a part may
    have come.
    """
    params = {"code": code, "at": at, "reference": outcome.provider_reference, "came": outcome.amount}
    captured = next(iter(sql.instances(Payment, CAPTURE, params)), None)
    if captured:
        _use(captured, at=at)
    return captured


CAPTURE = """
WITH locked AS (
    SELECT id FROM orders_checkout
    WHERE id = (SELECT checkout_id FROM orders_payment WHERE code = %(code)s) FOR NO KEY UPDATE
)
UPDATE orders_payment p
SET state = 'captured', captured_at = %(at)s, failure = '', provider_reference = %(reference)s, is_voiding = false,
    authorised = CASE WHEN captures_later THEN coalesce(authorised, amount) END,
    authorised_at = CASE WHEN captures_later THEN coalesce(authorised_at, %(at)s) END,
    amount = CASE WHEN captures_later THEN least(coalesce(%(came)s, to_capture, amount), amount) ELSE amount END
FROM locked WHERE p.checkout_id = locked.id AND p.code = %(code)s AND p.state <> 'captured'
RETURNING p.*
"""


def _use(payment: Payment, *, at: datetime) -> None:
    """Use a captured payment: pay the orders it completes, give back what is no use, post all of it."""
    if payment.captures_later:
        payment.shares.update(amount=payment.amount)
    orders = _with_money(payment=payment.pk)
    lines = issuing.lines_of(payment)
    paid = {order: max(at, order.cancelled_at or at) for order in orders if _can_pay(order, at=at)}
    for order in orders:
        if order not in paid and _has_deposit(order):
            _take_deposit(order, at=at)
    steps = [step for order, since in paid.items() for step in _paying(order, lines[order.pk], at=since)]
    sql.together(*steps, *_posting(payment, [order for order in orders if order.share], at=at))
    for order, since in paid.items():
        issuing.issue(order, lines[order.pk], at=since)
        reach(order.merchant, Step.FIRST_ORDER, at=since, fact=order.code)
    for order in orders:
        if surplus := _surplus(order):
            _give_back(order, payment, surplus, at=at)


@Prepared
def _with_money() -> QuerySet[Order]:
    """Return the orders of a `payment` as they are locked: `share` is what it brings, `captured` all that is of use."""
    shares = PaymentShare.objects.filter(payment=Given("payment", models.BigIntegerField()))
    orders = Order.objects.filter(pk__in=shares.values("order")).annotate(
        captured=_used(payment__state=Payment.State.CAPTURED),
        share=Subquery(shares.filter(order=OuterRef("pk")).values("amount")),
    )
    return orders.select_related("merchant", "presale").order_by("merchant_id")


def _surplus(order: Order) -> Decimal:
    """Return what the order has no use for of the share that just came."""
    return min(order.share, max(order.captured - _kept(order), ZERO))


def _kept(order: Order) -> Decimal:
    """Return how much of its money an order has a use for; one that lapsed for want of the balance, its deposit."""
    if order.state != OrderState.CANCELLED or order.paid_at is not None:
        return order.total
    return order.deposit if order.cancel_reason == CancelReason.BALANCE_UNPAID else ZERO


def _can_pay(order: Order, *, at: datetime) -> bool:
    """Whether the order is complete by now; one that expired unpaid has its goods and promotions anew, if it can."""
    if order.captured < order.total:
        return False
    if order.state in (OrderState.PLACED, OrderState.DEPOSIT):
        return True
    expired = order.state == OrderState.CANCELLED and order.cancel_reason in LAPSED
    if not expired or Refund.objects.filter(order=order).exists():
        return False
    try:
        with transaction.atomic():
            uses.revive(cause=order.code, at=at)
            stock.hold_again(cause=order.code, at=at, expires_at=at)
    except (uses.UsedUp, stock.OutOfStock, stock.LimitReached):
        return False
    return True


def _has_deposit(order: Order) -> bool:
    return bool(order.presale_id) and order.state == OrderState.PLACED and order.captured >= order.deposit


def _take_deposit(order: Order, *, at: datetime) -> None:
    """Note that the deposit came, and keep the goods until the balance must have come, in the caller's transaction."""
    until = order.presale.balance_until
    move(order, OrderState.DEPOSIT, at=at, expires_at=until)
    stock.keep(cause=order.code, until=until)
    outbox.publish("order.deposit", key=order.code, payload=_told(order), at=at)


def _paying(order: Order, lines: Sequence[OrderLine], *, at: datetime) -> list[sql.Step]:
    """Return the steps that make an order paid, with all that follows from it."""
    fresh = {"cancelled_at": None, "cancel_reason": "", "settled_at": None}
    has_goods = any(not line.is_service for line in lines)
    fresh["ship_by_at"] = ship_by(order, paid_at=at) if has_goods else None
    sold = [SoldLine(line.code, line.product_id, line.variant_id, line.quantity, line.total) for line in lines]
    whose = {"merchant": order.merchant, "order_code": order.code, "shopper": order.shopper}
    return [
        moving(order, OrderState.PAID, at=at, **fresh),
        stock.taking(cause=order.code, at=at),
        converting(**whose, currency=order.currency, lines=sold, placed_at=order.placed_at, at=at),
        outbox.publishing("order.paid", key=order.code, payload=_told(order), at=at),
    ]


def _told(order: Order) -> dict[str, str]:
    return {"merchant": order.merchant.code, "order": order.code}


def _give_back(order: Order, payment: Payment, amount: Decimal, *, at: datetime) -> None:
    """Note that the order has no use for that much of a payment, write its refund, and have a worker carry it out."""
    payment.shares.filter(order=order).update(surplus=F("surplus") + amount)
    reason = "payment_too_late" if order.state == OrderState.CANCELLED else "payment_surplus"
    Refund.objects.create(
        merchant=order.merchant, order=order, payment=payment, amount=amount, currency=payment.currency,
        reason=reason, requested_at=at,
    )  # fmt: skip
    jobs.enqueue("reconcile_payments", at=at)


def give_back_captured(order: Order, *, at: datetime) -> None:
    """Give back what an order that is cancelled before it was paid has no use for, and void what may yet be captured.

    Of one that lapsed for want of the balance the deposit, which came first, stays.
    """
    captured = PaymentShare.objects.filter(order=order, payment__state=Payment.State.CAPTURED, amount__gt=F("surplus"))
    kept = _kept(order)
    for share in captured.select_related("payment").order_by("payment__captured_at", "payment_id"):
        used = share.amount - share.surplus
        if used > kept:
            _give_back(order, share.payment, used - kept, at=at)
        kept = max(kept - used, ZERO)
    void_authorised(order, at=at)


def void_authorised(order: Order, *, at: datetime) -> None:
    """Have a worker void what was authorised for an order, unless it is being captured."""
    authorised = Payment.objects.filter(shares__order=order, state=Payment.State.AUTHORISED, to_capture=None)
    if authorised.update(is_voiding=True):
        jobs.enqueue("reconcile_payments", at=at)


def _posting(payment: Payment, orders: Sequence[Order], *, at: datetime) -> list[sql.Step]:
    """Return the step that posts one transfer per order that the payment gave its `share`, if there are any."""
    if not orders:
        return []
    owners = [(Account.Kind.SALES, order.merchant.code) for order in orders]
    outside, *sales = ledger.accounts((Account.Kind.OUTSIDE, ""), *owners, currency=payment.currency)
    postings = [
        ledger.Posting(
            "payment", f"payment:{payment.code}:{order.code}", at, {outside: -order.share, account: order.share}
        )
        for order, account in zip(orders, sales, strict=True)
    ]
    return [ledger.posting(postings)]


def is_authorised(checkout: Checkout) -> bool:
    """Whether money for a checkout is set aside and not captured yet."""
    return checkout.payments.filter(state=Payment.State.AUTHORISED).exists()


def pending(checkout: Checkout) -> Sequence[Payment]:
    """Return the payments of a checkout whose outcome is not known yet."""
    return checkout.payments.filter(state=Payment.State.PENDING).order_by("pk")
