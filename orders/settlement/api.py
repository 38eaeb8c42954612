"""The merchant's API: settlements and statements."""

from django.core.paginator import Paginator
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shops.api_base import MerchantAPIView
from shops.people.rights import Right
from shops.tenancy import own

from ..api.fields import Code
from . import listing
from .models import Settlement, Statement

PAGE = 100


class Sum(serializers.DecimalField):
    """An amount of money that may be negative, as text."""

    def __init__(self, **kwargs):
        super().__init__(max_digits=18, decimal_places=4, **kwargs)


class StatementAnswer(serializers.Serializer):
    code = Code()
    number = serializers.IntegerField()
    currency = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()
    opening = Sum()
    settled = Sum()
    clawed_back = Sum()
    paid_out = Sum()
    returned = Sum()
    closing = Sum()
    orders = serializers.IntegerField()
    closed_at = serializers.DateTimeField()


class SettledLineAnswer(serializers.Serializer):
    line = serializers.CharField(source="line.code")
    goods = Sum()
    subsidy = Sum()
    rate = serializers.DecimalField(max_digits=5, decimal_places=4)
    commission = Sum()
    net = Sum()


class SettlementAnswer(serializers.Serializer):
    """What one event of an order made due; a claw-back takes away."""

    code = Code()
    order = serializers.CharField(source="order.code")
    kind = serializers.ChoiceField(Settlement.Kind.choices)
    currency = serializers.CharField()
    goods = Sum()
    subsidy = Sum()
    shipping = Sum()
    shipping_subsidy = Sum()
    tax = Sum()
    commission = Sum()
    net = Sum()
    settled_at = serializers.DateTimeField()
    statement = serializers.CharField(source="statement.code", default=None, allow_null=True)
    transfer = serializers.CharField(source="transfer.code", default=None, allow_null=True)
    lines = SettledLineAnswer(many=True, source="lines.all")


class StatementPage(serializers.Serializer):
    results = StatementAnswer(many=True)
    next = serializers.URLField(allow_null=True)


class SettlementPage(serializers.Serializer):
    results = SettlementAnswer(many=True)
    next = serializers.URLField(allow_null=True)


class PageQuery(serializers.Serializer):
    page = serializers.IntegerField(min_value=1, max_value=100_000, default=1)


class SettlementsQuery(PageQuery):
    statement = Code(required=False)
    order = Code(required=False)
    kind = serializers.ChoiceField(Settlement.Kind.choices, required=False)


class SettlementsView(MerchantAPIView):
    rights = {"GET": Right.SETTLEMENT_VIEW}

    @extend_schema(operation_id="settlements_list", parameters=[SettlementsQuery], responses=SettlementPage)
    def get(self, request):
        """List what was settled and clawed back, the latest first."""
        wanted = SettlementsQuery(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        said = wanted.validated_data
        found = listing.settlements(self.merchant, kind=said.get("kind", "")).prefetch_related("lines__line")
        if "statement" in said:
            found = found.filter(statement__code=said["statement"])
        if "order" in said:
            found = found.filter(order__code=said["order"])
        return Response(SettlementPage(paged(request, found, said["page"])).data)


class StatementsView(MerchantAPIView):
    rights = {"GET": Right.SETTLEMENT_VIEW}

    @extend_schema(operation_id="statements_list", parameters=[PageQuery], responses=StatementPage)
    def get(self, request):
        """List the closed statements, the latest first."""
        wanted = PageQuery(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        found = own(Statement, self.merchant).order_by("-first", "-pk")
        return Response(StatementPage(paged(request, found, wanted.validated_data["page"])).data)


class StatementView(MerchantAPIView):
    rights = {"GET": Right.SETTLEMENT_VIEW}

    @extend_schema(operation_id="statements_get", responses=StatementAnswer)
    def get(self, request, code):
        """Show one statement; its lines are the settlements of it."""
        found = own(Statement, self.merchant).filter(code=code).first()
        if found is None:
            raise Http404
        return Response(StatementAnswer(found).data)


def paged(request, rows, number: int) -> dict:
    """Return one page of rows with the address of the next one."""
    page = Paginator(rows, PAGE).get_page(number)
    query = request.query_params.copy()
    if page.has_next():
        query["page"] = page.next_page_number()
    following = request.build_absolute_uri(f"?{query.urlencode()}") if page.has_next() else None
    return {"results": page.object_list, "next": following}
