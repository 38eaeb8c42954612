"""What a merchant's programs send and get of notes, flags and files of parcels."""

from django.db.models import Count
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ..api.fields import Code
from .models import Flag, ShippingRow, ShippingRun
from .parcels.planning import reason

MOST_REFUSED = 200


class NoteRequest(serializers.Serializer):
    text = serializers.CharField(max_length=500)


class NoteAnswer(serializers.Serializer):
    code = Code()
    text = serializers.CharField()
    by = serializers.CharField(source="by.code", help_text="The person, or who made the program's token")
    at = serializers.DateTimeField()
    struck_at = serializers.DateTimeField(allow_null=True)


class FlagBody(serializers.Serializer):
    flag = serializers.ChoiceField(Flag.choices, allow_blank=True)


class RefusedRow(serializers.Serializer):
    row = serializers.IntegerField(source="number", help_text="The row of the file; the header is row 1")
    order = serializers.CharField(source="order_text")
    field = serializers.CharField()
    rule = serializers.CharField()
    reason = serializers.SerializerMethodField()

    def get_reason(self, row: ShippingRow) -> str:
        return reason(row)


class RowCounts(serializers.Serializer):
    ready = serializers.IntegerField()
    shipped = serializers.IntegerField()
    repeated = serializers.IntegerField()
    refused = serializers.IntegerField()


class ParcelFileHead(serializers.Serializer):
    code = Code()
    file_name = serializers.CharField()
    is_dry = serializers.BooleanField(help_text="Whether it is a trial, by which nothing is shipped")
    rehearsal = serializers.CharField(source="rehearsal.code", default=None, allow_null=True)
    state = serializers.CharField(help_text="queued, running, done or failed")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ParcelFileAnswer(ParcelFileHead):
    rows = serializers.SerializerMethodField(help_text="How many rows came to what")
    refused = serializers.SerializerMethodField(help_text=f"The first {MOST_REFUSED} rows that were refused, and why")

    @extend_schema_field(RowCounts)
    def get_rows(self, run: ShippingRun) -> dict[str, int]:
        known = dict(run.rows.values_list("outcome").annotate(Count("pk")).order_by())
        return {outcome: known.get(outcome, 0) for outcome in ShippingRow.Outcome.values}

    @extend_schema_field(RefusedRow(many=True))
    def get_refused(self, run: ShippingRun) -> list[dict]:
        rows = run.rows.filter(outcome=ShippingRow.Outcome.REFUSED).order_by("number")[:MOST_REFUSED]
        return RefusedRow(rows, many=True).data


class ParcelFilePage(serializers.Serializer):
    results = ParcelFileHead(many=True)
    next = serializers.URLField(allow_null=True)
