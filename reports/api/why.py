"""Reasons over the API: why an order is owed to an ad under any rule, and the rows behind a number of a run."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from ads.attribution import PRESETS, Rule, Why
from ads.attribution.rules import Model, Scope, State
from chengfeng import clock
from orders.models import Order
from shops.api_base import MerchantAPIView
from shops.tenancy import own

from .. import why
from ..behind import asking
from ..behind.cells import NONE, PREFIX, BadCell, Cell
from ..behind.columns import Column, Form
from ..measuring.dimensions import DIMENSIONS
from ..measuring.measures import MEASURES, SUMS
from ..measuring.naming import Named
from ..measuring.ruling import DEFAULT_RULE, KINDS, BadRule
from ..ruled import rule_in
from .building import CODE, MOST, TAGS, number
from .doors import VIEW, NotReady, OfShop, ReportsView

LENGTH = {"required": False, "max_length": 5, "help_text": "Such as 24h or 14d; 0 for not at all."}
AMOUNT = {"max_digits": 24, "decimal_places": 4}
FLAG = {"required": False, "choices": ["true", "false"]}


class RuleQuerySerializer(serializers.Serializer):
    """A rule by the name of a preset, and what is changed of it, as in the definition of a report."""

    def get_fields(self):
        return {
            "rule": serializers.ChoiceField(list(PRESETS), default=DEFAULT_RULE),
            **{name: serializers.CharField(**LENGTH) for name in [*KINDS, "half_life"]},
            "scope": serializers.ChoiceField([each.value for each in Scope], required=False),
            "model": serializers.ChoiceField([each.value for each in Model], required=False),
            "state": serializers.ChoiceField([each.value for each in State], required=False),
            "by_relevance": serializers.ChoiceField(**FLAG),
        }

    def validate(self, attrs):
        try:
            return {"rule": rule_in(attrs)}
        except BadRule as error:
            raise ValidationError({error.field.rpartition(".")[2]: str(error)}) from error


class CountedSerializer(serializers.Serializer):
    """A kind of touch that earns credit; of those there are, only the lowest rank counts."""

    kind = serializers.CharField()
    window_seconds = serializers.SerializerMethodField()
    scope = serializers.CharField()
    rank = serializers.IntegerField()

    def get_window_seconds(self, counted) -> int:
        return int(counted.window.total_seconds())


class ExplainingRuleSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    version = serializers.CharField()
    model = serializers.CharField()
    state = serializers.CharField()
    counts = CountedSerializer(many=True)


class ExplainedLineSerializer(serializers.Serializer):
    """A line of the order: its value, what is credited of it, and what of that refunds have left."""

    line = serializers.CharField(source="line.code")
    title = serializers.CharField(source="line.title")
    value = serializers.DecimalField(source="line.total", **AMOUNT)
    credited = serializers.DecimalField(**AMOUNT)
    credited_now = serializers.DecimalField(**AMOUNT)


class VerdictSerializer(serializers.Serializer):
    """What became of a touch for one line; `weight` is beside the heaviest touch, which weighs 1."""

    line = serializers.CharField()
    why = serializers.ChoiceField(Why.choices)
    reason = serializers.CharField()
    share = serializers.DecimalField(max_digits=9, decimal_places=8)
    weight = serializers.DecimalField(max_digits=9, decimal_places=8, allow_null=True)
    credited = serializers.DecimalField(**AMOUNT)
    credited_now = serializers.DecimalField(**AMOUNT)
    beyond_seconds = serializers.FloatField(allow_null=True, help_text="By how much it is too early.")
    scope = serializers.CharField(help_text="What the rule asks for, where that is the reason.")


class TouchDeviceSerializer(serializers.Serializer):
    """Whether the device bought, whether it was the buyer's then, and by what and when it became theirs."""

    is_buying = serializers.BooleanField()
    is_theirs = serializers.BooleanField()
    evidence = serializers.CharField(help_text="login, register, checkout; empty where nothing links it.")
    linked_at = serializers.DateTimeField(allow_null=True)


class ExplainedTouchSerializer(serializers.Serializer):
    token = serializers.UUIDField()
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    elapsed_seconds = serializers.FloatField(help_text="Before the sale; negative after it.")
    campaign = serializers.CharField()
    ad = serializers.CharField()
    product = serializers.CharField()
    placement = serializers.CharField()
    is_valid = serializers.BooleanField()
    invalid_reason = serializers.CharField()
    charge = serializers.DecimalField(allow_null=True, **AMOUNT)
    device = TouchDeviceSerializer()
    verdicts = VerdictSerializer(many=True)


class PostedCreditSerializer(serializers.Serializer):
    """An entry of the default rule as it was posted; a later finding posts differences."""

    line = serializers.CharField(source="line.line_code")
    campaign = serializers.CharField(source="campaign.code")
    reason = serializers.CharField()
    refund = serializers.CharField()
    share = serializers.DecimalField(max_digits=9, decimal_places=8)
    amount = serializers.DecimalField(**AMOUNT)
    at = serializers.DateTimeField()
    posted_at = serializers.DateTimeField()


class ExplanationSerializer(serializers.Serializer):
    """Why an order is credited as it is under a rule: its lines, and every touch with a verdict for each of them."""

    order = serializers.CharField()
    currency = serializers.CharField()
    rule = ExplainingRuleSerializer()
    is_attribution = serializers.BooleanField(help_text="False of a rule that counts every order.")
    remark = serializers.CharField(help_text="What is to be known of the order's state; empty where nothing.")
    sold_at = serializers.DateTimeField(allow_null=True, help_text="Null where the rule sees no sale.")
    credited = serializers.DecimalField(allow_null=True, **AMOUNT)
    credited_now = serializers.DecimalField(allow_null=True, **AMOUNT)
    lines = ExplainedLineSerializer(many=True)
    touches = ExplainedTouchSerializer(many=True)
    posted = PostedCreditSerializer(many=True)


class OrderWhy(MerchantAPIView):
    """Why an order is owed to an ad."""

    rights = {"GET": VIEW}

    @extend_schema(
        parameters=[CODE, RuleQuerySerializer], responses=ExplanationSerializer, operation_id="explain_order", tags=TAGS
    )
    def get(self, request, code):
        """Every touch that may have led to an order, on all devices of its buyer: taken or left by a rule, and why."""
        asked = RuleQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        order = get_object_or_404(own(Order, self.merchant), code=code)
        return Response(ExplanationSerializer(_told(order, asked.validated_data["rule"])).data)


def _told(order: Order, rule: Rule) -> dict[str, Any]:
    found = why.explain(order, rule)
    prefetch_related_objects([touch.candidate.event for touch in found.touches], "ad")
    trail = found.trail
    return {
        "order": order.code, "currency": order.currency, "rule": rule, "remark": str(found.remark),
        "is_attribution": rule.model is not Model.EVERYTHING, "sold_at": trail and trail.sale.at,
        "credited": trail and trail.sold, "credited_now": trail and trail.amount,
        "lines": [{"line": line, "credited": sold, "credited_now": left} for line, (sold, left), _ in found.lines],
        "touches": [_touch(touch) for touch in found.touches], "posted": trail.credits if trail else [],
    }  # fmt: skip


def _touch(touch: why.Touch) -> dict[str, Any]:
    candidate, event = touch.candidate, touch.candidate.event
    return {
        "token": event.token, "kind": event.kind, "at": event.at, "placement": event.placement,
        "elapsed_seconds": candidate.elapsed.total_seconds(), "campaign": candidate.campaign.code,
        "ad": event.ad.code, "product": event.product.code, "is_valid": event.is_valid,
        "invalid_reason": "" if event.is_valid else event.reason, "charge": touch.charge and touch.charge.amount,
        "device": asdict(candidate.device), "verdicts": [_verdict(line.code, each) for line, each in touch.verdicts],
    }  # fmt: skip


def _verdict(line: str, verdict) -> dict[str, Any]:
    return {
        "line": line, "why": verdict.why, "reason": verdict.why.label, "share": verdict.share,
        "weight": verdict.weight and round(verdict.weight, 8), "credited": verdict.sold, "credited_now": verdict.left,
        "beyond_seconds": verdict.beyond and verdict.beyond.total_seconds(), "scope": verdict.scope,
    }  # fmt: skip


class BehindQuerySerializer(serializers.Serializer):
    """Which measure of the run, which sum that it is made of, and which rows of that."""

    measure = serializers.ChoiceField(list(MEASURES), required=False, help_text="The run's first without it.")
    part = serializers.ChoiceField(list(SUMS), required=False, help_text="The measure's first without it.")
    after = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=100)


class SumSerializer(serializers.Serializer):
    """A sum that the measure is made of: added (+), taken off (−) or divided by (÷)."""

    code = serializers.CharField()
    sign = serializers.CharField()
    value = serializers.CharField()


class BehindSerializer(serializers.Serializer):
    """Rows behind a sum, of which `added` sums up to its `value`; `next` is the place to go on after."""

    measure = serializers.CharField()
    value = serializers.CharField(allow_null=True)
    parts = SumSerializer(many=True)
    part = serializers.CharField()
    rows = serializers.IntegerField()
    results = serializers.ListField(child=serializers.DictField())
    next = serializers.IntegerField(allow_null=True)


CELL = [
    *(OpenApiParameter(PREFIX + code, str, description=f"Only of this value: {code}.") for code in DIMENSIONS),
    OpenApiParameter(NONE, str, many=True, enum=list(DIMENSIONS), description="Only of what has none of this."),
]


class RunBehind(ReportsView, OfShop):
    """The rows behind the numbers of a run."""

    @extend_schema(
        parameters=[CODE, BehindQuerySerializer, *CELL], responses=BehindSerializer, operation_id="report_run_behind",
        tags=TAGS,
    )  # fmt: skip
    def get(self, request, code):
        """The rows behind a number of a run – of its total, or of a cell –: orders, charges, or how many events."""
        run, query = self.run(code), BehindQuerySerializer(data=request.query_params)
        if run.question is None:
            raise NotReady
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        wanted = self._wanted(run.question, request.query_params, asked)
        for right in asking.rights_of(wanted.measure):
            self.access.require(right)
        start, most = asked["after"], asked["limit"]
        found = asking.look(wanted, self.merchant, at=clock.now(), start=start, number=most)
        end = start + len(found.rows)
        return Response({
            "measure": found.measure, "value": _text(number(found.measure, found.row[found.measure])),
            "parts": [{"code": p.code, "sign": p.sign, "value": _text(p.value)} for p in found.parts],
            "part": found.part.code, "rows": found.number,
            "results": [_row(found.columns, row) for row in found.rows] if start < found.number else [],
            "next": end if end < found.number else None,
        })  # fmt: skip

    def _wanted(self, definition, query, asked) -> asking.Asked:
        try:
            return asking.asked(definition, Cell.read(query), asked.get("measure", ""), asked.get("part", ""))
        except BadCell as error:
            raise ValidationError({error.field: str(error)}) from error
        except LookupError as error:
            raise NotFound from error


def _row(columns: Sequence[Column], row: Sequence[Any]) -> dict[str, Any]:
    return {column.name: _plain(column, value) for column, value in zip(columns, row, strict=True)}


def _plain(column: Column, value: Any) -> Any:
    if isinstance(value, Named):
        return {"code": value.code, "name": value.name}
    return _text(value) if column.form == Form.ADDED else value


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
