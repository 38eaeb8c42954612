"""The API of a shop's cases: list them and answer them."""

from collections.abc import Callable

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from chengfeng import clock
from shops.api_base import MerchantAPIView
from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import own

from ...api.merchant import read
from .. import deciding, giving
from ..models import Case
from . import serializers
from .answers import get, listed, refusing, shown, with_carrier


class CasesView(MerchantAPIView):
    rights = {"GET": Right.ORDERS_VIEW}

    @extend_schema(
        operation_id="cases_list", parameters=[serializers.CasesQuery], responses=serializers.CasePage
    )  # fmt: skip
    def get(self, request):
        """List the shop's cases."""
        return listed(request, own(Case, self.merchant))


class CaseView(MerchantAPIView):
    rights = {"GET": Right.ORDERS_VIEW}

    @extend_schema(operation_id="cases_get", responses=serializers.CaseAnswer)
    def get(self, request, code):
        """Show one case with its steps."""
        return Response(serializers.CaseAnswer(get(shown(own(Case, self.merchant)), code)).data)


class StepView(MerchantAPIView):
    """One step of the shop's with a case; the same again changes nothing."""

    rights = {"POST": Right.ORDERS_REFUND}
    verb = ""

    def act(self, request, code: str, wanted: type, do: Callable) -> Response:
        at, case = clock.now(), get(own(Case, self.merchant), code)
        details = read(wanted, request)
        with refusing(), transaction.atomic():
            do(case, at=at, by=self.access.user, **details)
            record(self.access, f"case.{self.verb}", target=code, at=at)
        giving.carry_out(case, at=at)
        return Response(serializers.CaseAnswer(get(shown(own(Case, self.merchant)), code)).data)


class AcceptView(StepView):
    verb = "accept"

    @extend_schema(operation_id="cases_accept", request=serializers.Note, responses=serializers.CaseAnswer)
    def post(self, request, code):
        """Agree to a request."""
        return self.act(request, code, serializers.Note, deciding.accept)


class OfferView(StepView):
    verb = "offer"

    @extend_schema(operation_id="cases_offer", request=serializers.Offer, responses=serializers.CaseAnswer)
    def post(self, request, code):
        """Offer less than was asked for."""
        return self.act(request, code, serializers.Offer, deciding.offer)


class RejectView(StepView):
    verb = "reject"

    @extend_schema(operation_id="cases_reject", request=serializers.Reason, responses=serializers.CaseAnswer)
    def post(self, request, code):
        """Refuse a request, or goods that came back other than they should."""
        return self.act(request, code, serializers.Reason, deciding.reject)


class ReceiveView(StepView):
    verb = "receive"

    @extend_schema(operation_id="cases_receive", request=serializers.Receipt, responses=serializers.CaseAnswer)
    def post(self, request, code):
        """Note that the goods came back; a return is refunded with it."""
        return self.act(request, code, serializers.Receipt, deciding.receive)


class ReplaceView(StepView):
    verb = "replace"

    @extend_schema(operation_id="cases_replace", request=serializers.WayBack, responses=serializers.CaseAnswer)
    def post(self, request, code):
        """Send what an exchange brings."""
        return self.act(request, code, serializers.WayBack, with_carrier(deciding.replace))


class RefundInsteadView(StepView):
    verb = "refund"

    @extend_schema(operation_id="cases_refund", request=serializers.Note, responses=serializers.CaseAnswer)
    def post(self, request, code):
        """Give the money back where there is nothing to exchange for."""
        return self.act(request, code, serializers.Note, deciding.refund_instead)
