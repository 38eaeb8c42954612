"""The merchant's API: settlements and statements."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shops.api_base import MerchantAPIView
from shops.people.rights import Right
from shops.tenancy import own

from ..api.fields import Code
from ..api.paging import PageQuery, asked, paged
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


class SettlementsQuery(PageQuery):
    statement = Code(required=False)
    order = Code(required=False)
    kind = serializers.ChoiceField(Settlement.Kind.choices, required=False)


class SettlementsView(MerchantAPIView):
    rights = {"GET": Right.SETTLEMENT_VIEW}

    @extend_schema(operation_id="settlements_list", parameters=[SettlementsQuery], responses=SettlementPage)
    def get(self, request):
        """List what was settled and clawed back, the latest first."""
        said = asked(SettlementsQuery, request)
        found = listing.settlements(self.merchant, kind=said.get("kind", "")).prefetch_related("lines__line")
        if "statement" in said:
            found = found.filter(statement__code=said["statement"])
        if "order" in said:
            found = found.filter(order__code=said["order"])
        return Response(SettlementPage(paged(request, found, said["page"], size=PAGE)).data)


class StatementsView(MerchantAPIView):
    rights = {"GET": Right.SETTLEMENT_VIEW}

    @extend_schema(operation_id="statements_list", parameters=[PageQuery], responses=StatementPage)
    def get(self, request):
        """List the closed statements, the latest first."""
        found = own(Statement, self.merchant).order_by("-first", "-pk")
        return Response(StatementPage(paged(request, found, asked(PageQuery, request)["page"], size=PAGE)).data)


class StatementView(MerchantAPIView):
    rights = {"GET": Right.SETTLEMENT_VIEW}

    @extend_schema(operation_id="statements_get", responses=StatementAnswer)
    def get(self, request, code):
        """Show one statement; its lines are the settlements of it."""
        found = own(Statement, self.merchant).filter(code=code).first()
        if found is None:
            raise Http404
        return Response(StatementAnswer(found).data)
