"""Reconciliation: asks the provider about payments, captures and refunds whose outcome is not known."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q

from ads import wallet
from chengfeng import clock, payments
from chengfeng.models import Job

from . import capturing
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
        "captures": carry_out_captures(at=now),
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
        outcome = payments.provider(payment.provider).find(
            payment.code, known=payment.provider_reference or "", since=payment.created_at
        )
    except payments.Unreachable:
        return False
    return settle(payment.code, outcome, at=payment.created_at)


def carry_out_captures(*, at: datetime, limit: int = LIMIT) -> int:
    """Capture and void what no process has told the provider, or got no answer about; return how many are over."""
    asked = Q(is_voiding=True) | Q(to_capture__isnull=False)
    waiting = Payment.objects.filter(asked, state=Payment.State.AUTHORISED, authorised_at__lte=at)
    carried = [capturing.carry_out(payment, at=at) for payment in waiting.order_by("authorised_at", "pk")[:limit]]
    return sum(payment.state != Payment.State.AUTHORISED for payment in carried)


def carry_out_pending(*, at: datetime, limit: int = LIMIT) -> int:
    """Carry out refunds that no process has carried out; return how many were done."""
    waiting = Refund.objects.filter(state=Refund.State.PENDING, requested_at__lte=at)
    return sum(carry_out(refund, at=refund.requested_at) for refund in waiting.order_by("requested_at", "pk")[:limit])
