"""Messages from payment providers: verified, taken once, answered only when their effect is committed."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ads import wallet
from ads.models import TopUp
from chengfeng import clock, payments
from chengfeng.money import ZERO
from chengfeng.payments import Notice

from . import payment, refunds
from .models import Payment, Payout, Refund, WebhookReceipt
from .settlement import payouts

Known = Payment | Refund | TopUp | Payout
KINDS = {
    "pay": (Payment, payment.settle),
    "rfd": (Refund, refunds.settle),
    "top": (TopUp, wallet.settle),
    "pou": (Payout, payouts.settle),
}


class Mismatch(Exception):
    """The message speaks of something we do not know, or of another amount."""


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Take one message: 204 once its effect is committed, 400 if it is forged, 404 if it is about nothing of ours.

    A provider sends again what was answered 404, and finds us ready when our own row was not committed yet.
    """
    at = clock.now()
    try:
        notice = payments.provider(provider).parse_webhook(request.body, request.headers, at=at)
        take(provider, notice, at=at)
    except payments.Irrelevant:
        return HttpResponse(status=204)
    except payments.Forged as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    except (payments.UnknownProvider, Mismatch):
        return HttpResponse("unknown", status=404, content_type="text/plain")
    return HttpResponse(status=204)


@transaction.atomic
def take(provider: str, notice: Notice, *, at) -> None:
    """Keep the message and apply it, or do nothing when it was taken before. Raises Mismatch, keeping nothing."""
    _, is_new = WebhookReceipt.objects.get_or_create(
        provider=provider,
        message_id=notice.message_id,
        defaults={"payload": notice.payload, "received_at": at},
    )
    if not is_new:
        return
    model, settle = KINDS.get(notice.reference.partition("_")[0], (None, None))
    known = model and model.objects.filter(code=notice.reference).first()
    if known is None or _provider(known) != provider or not _fits(known, notice):
        raise Mismatch
    settle(notice.reference, notice.outcome, at=at)


def _provider(known: Known) -> str:
    return known.payment.provider if isinstance(known, Refund) else known.provider


def _fits(known: Known, notice: Notice) -> bool:
    """Whether the message speaks of the amount that we know; of an authorisation a part may be captured."""
    if known.currency != notice.currency:
        return False
    if getattr(known, "captures_later", False):
        return ZERO <= notice.amount <= (known.authorised or known.amount)
    return known.amount == notice.amount
