"""What programs and shoppers' clients send and get about cases."""

from rest_framework import serializers

from chengfeng.typed import TypedText

from ...api.fields import Amount, Code
from ...api.paging import PageQuery
from ...cart import MAX_UNITS
from ..models import Case
from ..moves import CaseState


class Note(serializers.Serializer):
    note = TypedText(max_length=1000, required=False, allow_blank=True, default="")


class Reason(serializers.Serializer):
    note = TypedText(max_length=1000)


class Offer(Note):
    amount = Amount()


class Agreement(serializers.Serializer):
    """The amount of the offer that is taken."""

    amount = Amount()


class Receipt(Note):
    restock = serializers.BooleanField(help_text="Whether the goods go back on the shelf")


class WayBack(serializers.Serializer):
    carrier = serializers.CharField(max_length=60)
    tracking = serializers.CharField(max_length=60)


class Nothing(serializers.Serializer):
    """An empty object."""


class WantedUnits(serializers.Serializer):
    line = Code()
    quantity = serializers.IntegerField(min_value=1, max_value=MAX_UNITS)
    replacement = serializers.CharField(
        max_length=24, required=False, help_text="A variant's code, where an exchange is to bring another"
    )


class CaseRequest(serializers.Serializer):
    """Without an amount, all that the units cost is asked for."""

    order = Code()
    kind = serializers.ChoiceField(Case.Kind.choices)
    reason = serializers.ChoiceField(Case.Reason.choices)
    words = TypedText(max_length=1000, required=False, allow_blank=True, default="")
    amount = Amount(required=False)
    lines = WantedUnits(many=True, allow_empty=False, max_length=100)

    def validate_lines(self, lines):
        codes = [line["line"] for line in lines]
        if len(set(codes)) < len(codes):
            raise serializers.ValidationError("Name each line once.", "repeated")
        return lines


class CaseUnits(serializers.Serializer):
    line = serializers.CharField(source="line.code")
    quantity = serializers.IntegerField()
    amount = Amount()
    replacement = serializers.CharField(source="replacement.code", allow_null=True, default=None)


class CaseStepAnswer(serializers.Serializer):
    state = serializers.CharField(source="target")
    by = serializers.CharField(source="side", help_text="shopper, merchant, operator, or clock for a deadline")
    note = serializers.CharField()
    amount = Amount(allow_null=True)
    at = serializers.DateTimeField()


class CaseAnswer(serializers.Serializer):
    code = Code()
    order = serializers.CharField(source="order.code")
    kind = serializers.CharField()
    state = serializers.CharField()
    reason = serializers.CharField()
    words = TypedText()
    amount = Amount()
    offered = Amount(allow_null=True)
    currency = serializers.CharField(source="order.currency")
    carrier = serializers.CharField()
    tracking = serializers.CharField()
    requested_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    lines = CaseUnits(many=True, source="lines.all")
    steps = CaseStepAnswer(many=True, source="steps.all")


class CasesQuery(PageQuery):
    state = serializers.ChoiceField(CaseState.choices, required=False)


class CasePage(serializers.Serializer):
    results = CaseAnswer(many=True)
    next = serializers.URLField(allow_null=True)
