"""The merchant's API of authorised payments: take the money, all or a part of it, or let it go."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.idempotency import resumable
from shops.api_base import MerchantAPIView
from shops.people.audit import record
from shops.people.rights import Right

from .. import capturing
from ..models import Payment
from .fields import Amount
from .problems import capturing as refusing
from .shopper import KEY
from .shopper_serializers import PaymentAnswer


class CaptureRequest(serializers.Serializer):
    """`amount` defaults to all that is authorised; what is left of it is the payer's again."""

    amount = Amount(required=False)


class AuthorisedView(MerchantAPIView):
    """A view of one of the merchant's authorised payments."""

    rights = {"POST": Right.ORDERS_REFUND}

    def payment(self, code: str) -> Payment:
        payment = capturing.payments_of(self.merchant).filter(code=code).first()
        if payment is None:
            raise Http404
        return payment

    def ask(self, request, begun, code) -> Payment:
        return capturing.carry_out(self.payment(begun), at=clock.now())


class CaptureView(AuthorisedView):
    def begin(self, request, code) -> str:
        wanted, at = CaptureRequest(data=request.data), clock.now()
        wanted.is_valid(raise_exception=True)
        with refusing():
            payment = capturing.request_capture(self.payment(code), amount=wanted.validated_data.get("amount"), at=at)
        record(self.access, "payment.capture", target=code, at=at, amount=str(payment.to_capture or payment.amount))
        return payment.code

    @extend_schema(
        operation_id="payments_capture", parameters=[KEY], request=CaptureRequest, responses={200: PaymentAnswer}
    )
    @resumable
    def post(self, request, payment, code):
        """Capture an authorised payment; without an answer of the provider it stays `authorised` until it is known."""
        return Response(PaymentAnswer(payment).data)


class VoidView(AuthorisedView):
    def begin(self, request, code) -> str:
        at = clock.now()
        with refusing():
            payment = capturing.request_void(self.payment(code), at=at)
        record(self.access, "payment.void", target=code, at=at)
        return payment.code

    @extend_schema(operation_id="payments_void", parameters=[KEY], request=None, responses={200: PaymentAnswer})
    @resumable
    def post(self, request, payment, code):
        """Let an authorised payment go; its order can be paid otherwise for a while."""
        return Response(PaymentAnswer(payment).data)
