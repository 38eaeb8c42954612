"""The API of a shopper's cases: ask for something, and follow what becomes of it."""

from collections.abc import Callable

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.idempotency import idempotent
from shops.api_base import ShopperAPIView

from ...api.merchant import read
from ...api.shopper import KEY, SHOPPER
from ...models import Order
from .. import cases, deciding, giving
from ..models import Case
from . import serializers
from .answers import get, listed, refusing, shown, with_carrier


class MyCases(ShopperAPIView):
    """A view of the cases about the shopper's own orders."""

    def mine(self) -> QuerySet[Case]:
        return Case.objects.filter(order__checkout__shopper=self.request.shopper)

    def answer(self, code: str, **details) -> Response:
        return Response(serializers.CaseAnswer(get(shown(self.mine()), code)).data, **details)


class MyCasesView(MyCases):
    @extend_schema(
        operation_id="my_cases_list",
        parameters=[SHOPPER, serializers.CasesQuery],
        responses=serializers.CasePage,
    )
    def get(self, request):
        """List the shopper's cases."""
        return listed(request, self.mine())

    @extend_schema(
        operation_id="my_cases_create",
        parameters=[KEY, SHOPPER],
        request=serializers.CaseRequest,
        responses={201: serializers.CaseAnswer},
    )
    @idempotent
    def post(self, request):
        """Ask for a refund, a return or an exchange of units of an order."""
        wanted = read(serializers.CaseRequest, request)
        lines = wanted.pop("lines")
        order = Order.objects.filter(checkout__shopper=request.shopper, code=wanted.pop("order")).first()
        if order is None:
            raise ValidationError({"order": ["There is no such order of yours."]}, "unknown")
        units = {line["line"]: line["quantity"] for line in lines}
        others = {line["line"]: line["replacement"] for line in lines if "replacement" in line}
        with refusing():
            case = cases.request(order, units=units, replacements=others, at=clock.now(), **wanted)
        return self.answer(case.code, status=status.HTTP_201_CREATED)


class MyCaseView(MyCases):
    @extend_schema(operation_id="my_cases_get", parameters=[SHOPPER], responses=serializers.CaseAnswer)
    def get(self, request, code):
        """Show one of the shopper's cases with its steps."""
        return self.answer(code)


class MyStepView(MyCases):
    """One step of the shopper's with a case."""

    def act(self, request, code: str, wanted: type, do: Callable) -> Response:
        at, case = clock.now(), get(self.mine(), code)
        with refusing():
            do(case, at=at, **read(wanted, request))
        giving.carry_out(case, at=at)
        return self.answer(code)


class WithdrawView(MyStepView):
    @extend_schema(
        operation_id="my_cases_withdraw",
        parameters=[SHOPPER],
        request=serializers.Nothing,
        responses=serializers.CaseAnswer,
    )
    def post(self, request, code):
        """Take a request back; again changes nothing."""
        return self.act(request, code, serializers.Nothing, deciding.withdraw)


class AgreeView(MyStepView):
    @extend_schema(
        operation_id="my_cases_agree",
        parameters=[SHOPPER],
        request=serializers.Agreement,
        responses=serializers.CaseAnswer,
    )
    def post(self, request, code):
        """Take the shop's offer, of the amount that was shown."""
        return self.act(request, code, serializers.Agreement, deciding.agree)


class DeclineView(MyStepView):
    @extend_schema(
        operation_id="my_cases_decline",
        parameters=[SHOPPER],
        request=serializers.Note,
        responses=serializers.CaseAnswer,
    )
    def post(self, request, code):
        """Decline the shop's offer."""
        return self.act(request, code, serializers.Note, deciding.decline)


class SendBackView(MyStepView):
    @extend_schema(
        operation_id="my_cases_send_back",
        parameters=[SHOPPER],
        request=serializers.WayBack,
        responses=serializers.CaseAnswer,
    )
    def post(self, request, code):
        """Tell by which parcel the goods come back; the same again changes nothing."""
        return self.act(request, code, serializers.WayBack, with_carrier(deciding.send_back))


class EscalateView(MyStepView):
    @extend_schema(
        operation_id="my_cases_escalate",
        parameters=[SHOPPER],
        request=serializers.Reason,
        responses=serializers.CaseAnswer,
    )
    def post(self, request, code):
        """Take a refusal to the platform; again changes nothing."""
        return self.act(request, code, serializers.Reason, deciding.escalate)
