"""Reconciliation: asks the provider about payments and refunds whose outcome is not known."""

from collections.abc import Callable
from datetime import datetime, timedelta

from ads import wallet
from chengfeng import clock, payments
from chengfeng.models import Job

from .models import Payment, Refund
from .payment import settle
from .refunds import carry_out

PATIENCE = timedelta(seconds=30)
LIMIT = 200


def run(job: Job, report: Callable) -> dict:
    """The recurring job `reconcile_payments`; it looks after wallet top-ups as well."""
    now = clock.now()
    return {
        "payments": settle_pending(at=now),
        "refunds": carry_out_pending(at=now),
        "top_ups": wallet.reconcile(at=now),
    }


def settle_pending(*, at: datetime, limit: int = LIMIT) -> int:
    """Ask what became of payments that have been pending for a while; return how many were settled.

    What is found counts as of the moment the payment was made.
    """
    waiting = Payment.objects.filter(state=Payment.State.PENDING, created_at__lte=at - PATIENCE)
    return sum(_settled(payment) for payment in waiting.order_by("created_at", "pk")[:limit])


def _settled(payment: Payment) -> bool:
    try:
        outcome = payments.provider(payment.provider).find(payment.code)
    except payments.Unreachable:
        return False
    return settle(payment.code, outcome, at=payment.created_at)


def carry_out_pending(*, at: datetime, limit: int = LIMIT) -> int:
    """Carry out refunds that no process has carried out; return how many were done."""
    waiting = Refund.objects.filter(state=Refund.State.PENDING, requested_at__lte=at)
    return sum(carry_out(refund, at=refund.requested_at) for refund in waiting.order_by("requested_at", "pk")[:limit])
