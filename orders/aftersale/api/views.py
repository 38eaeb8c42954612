"""The API of cases: a shop's programs answer them, shoppers' clients ask and follow."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.idempotency import idempotent
from shops.api_base import MerchantAPIView, ShopperAPIView
from shops.catalogue import stock
from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import own

from ...api.merchant import read
from ...api.problems import OutOfStock, WrongStateProblem
from ...api.shopper import KEY, SHOPPER
from ...carriers import code_of
from ...models import Order
from .. import cases, deciding, giving
from ..models import Case
from ..moves import CaseMoved
from . import serializers

PAGE = 50


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what the verbs of cases raise into problem documents."""
    try:
        yield
    except CaseMoved as error:
        raise WrongStateProblem(state=error.state) from error
    except cases.CaseRefused as error:
        raise ValidationError({error.field: [str(error)]}, error.code) from error
    except stock.OutOfStock as error:
        raise OutOfStock(lines=[{"variant": v.code, "available": n} for v, n in error.shortages]) from error


def shown(found: QuerySet[Case]) -> QuerySet[Case]:
    return found.select_related("order").prefetch_related("lines__line", "lines__replacement", "steps")


def get(found: QuerySet[Case], code: str) -> Case:
    case = found.filter(code=code).first()
    if case is None:
        raise Http404
    return case


def listed(request, found: QuerySet[Case]) -> Response:
    """Answer one page of the cases, the latest first."""
    wanted = serializers.CasesQuery(data=request.query_params)
    wanted.is_valid(raise_exception=True)
    if "state" in wanted.validated_data:
        found = found.filter(state=wanted.validated_data["state"])
    page = Paginator(shown(found).order_by("-pk"), PAGE).get_page(wanted.validated_data["page"])
    query = request.query_params.copy()
    if page.has_next():
        query["page"] = page.next_page_number()
    address = request.build_absolute_uri(f"?{query.urlencode()}") if page.has_next() else None
    return Response(serializers.CasePage({"results": page.object_list, "next": address}).data)


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

    def act(self, request, code: str, wanted: type, do) -> Response:
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


def with_carrier(do):
    """Return the verb with the carrier by its code, however it is spelt."""
    return lambda case, *, carrier, **details: do(case, carrier=code_of(carrier), **details)


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

    def act(self, request, code: str, wanted: type, do) -> Response:
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
