"""Vouchers for a merchant's programs: the tills of its stores."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from chengfeng.idempotency import idempotent
from shops.api_base import MerchantAPIView
from shops.models import Store
from shops.people.rights import Right
from shops.tenancy import own

from . import verifying


class VoucherNotUsable(Problem):
    status_code = 409
    code = "voucher_not_usable"
    title = "Nothing is handed over for this number"


class VerificationRequest(serializers.Serializer):
    """The number as it was typed or scanned; spaces and hyphens do no harm."""

    number = serializers.CharField(max_length=40)
    store = serializers.CharField(max_length=24, required=False, help_text="Code of the store, where it happens at one")


class VerificationAnswer(serializers.Serializer):
    """What was handed over; `is_repeat` when the same till had verified it a moment ago."""

    number = serializers.CharField(source="voucher.number")
    order = serializers.CharField(source="voucher.order.code")
    line = serializers.CharField(source="voucher.line.code")
    sku = serializers.CharField(source="voucher.line.variant.sku")
    title = serializers.CharField(source="voucher.line.title")
    store = serializers.CharField(source="voucher.store.code", allow_null=True, default=None)
    used_at = serializers.DateTimeField(source="voucher.used_at")
    is_repeat = serializers.BooleanField()


class VoucherVerifications(MerchantAPIView):
    rights = {"POST": Right.ORDERS_SHIP}

    @extend_schema(
        request=VerificationRequest, responses={201: VerificationAnswer}, operation_id="create_voucher_verification",
        tags=["vouchers"],
    )  # fmt: skip
    @idempotent
    def post(self, request):
        """Verify a voucher: its unit is handed over (Idempotency-Key needed).

        409 names the `rule`: broken, unknown, foreign, used, refunded, expired or order.
        """
        asked = VerificationRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        code = asked.validated_data.get("store")
        store = get_object_or_404(own(Store, self.merchant), code=code.replace("\0", "")) if code else None
        try:
            verified = verifying.verify(self.access, asked.validated_data["number"], store=store, at=clock.now())
        except verifying.VoucherRefused as error:
            raise VoucherNotUsable(rule=error.rule) from error
        return Response(VerificationAnswer(verified).data, status=status.HTTP_201_CREATED)
