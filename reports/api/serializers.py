"""What reports take and give over the API."""

from rest_framework import serializers

from ..exports import columns_of
from ..metrics import CLOCKS, METRICS, Unit
from ..models import Export
from ..picking import FIRST_YEAR, LONGEST
from ..sources import Grain, measures

RATIOS = [code for code, metric in METRICS.items() if metric.over or metric.minus]


def _field(code: str) -> serializers.Field:
    metric = METRICS[code]
    told = {"help_text": metric.meaning, "allow_null": bool(metric.over)}
    if metric.unit == Unit.COUNT:
        return serializers.IntegerField(**told)
    return serializers.DecimalField(max_digits=24, decimal_places=4, **told)


class PeriodSerializer(serializers.Serializer):
    """Local days of the shop, both included."""

    def get_fields(self):
        return {"from": serializers.DateField(), "to": serializers.DateField()}

    def validate(self, attrs):
        if attrs["to"] < attrs["from"]:
            raise serializers.ValidationError({"to": "The last day is before the first."})
        if (attrs["to"] - attrs["from"]).days >= LONGEST:
            raise serializers.ValidationError({"from": f"At most {LONGEST} days can be asked for at once."})
        if attrs["from"].year < FIRST_YEAR:
            raise serializers.ValidationError({"from": "This is too long ago."})
        return attrs


class FinalitySerializer(serializers.Serializer):
    """How far numbers are to be trusted, and the attribution rule behind those of ads."""

    complete_through = serializers.DateTimeField(help_text="Every row up to here is there.")
    provisional_until = serializers.DateField(help_text="Until then sales may still follow clicks of the days.")
    final_after = serializers.DateField()
    refunds_final_after = serializers.DateField(help_text="Refunds may lower net numbers until then.")
    rule = serializers.CharField()
    rule_version = serializers.CharField()


class LadderRequestSerializer(PeriodSerializer):
    """Of which days, by which clock, and of what: the shop unless a campaign or a product (as sold) is named."""

    def get_fields(self):
        return {
            **super().get_fields(),
            "clock": serializers.ChoiceField(CLOCKS, default="order"),
            "campaign": serializers.CharField(max_length=24, default=""),
            "product": serializers.CharField(max_length=24, default=""),
        }

    def validate(self, attrs):
        if attrs["campaign"] and attrs["product"]:
            raise serializers.ValidationError({"product": "Name a campaign or a product, not both."})
        return super().validate(attrs)


class RungSerializer(serializers.Serializer):
    """A ROI with what it is made of; null where there is nothing to divide by, or nothing was measured."""

    metric = serializers.CharField(source="code")
    name = serializers.CharField()
    meaning = serializers.CharField()
    roi = serializers.DecimalField(max_digits=24, decimal_places=4, allow_null=True)
    numerator = serializers.DecimalField(source="top", max_digits=24, decimal_places=4, allow_null=True)
    denominator = serializers.DecimalField(source="spend", max_digits=24, decimal_places=4)
    rule = serializers.CharField(source="rule.name", default=None, allow_null=True)
    rule_version = serializers.CharField(source="rule.version", default=None, allow_null=True)
    window_days = serializers.IntegerField(source="rule.window.days", default=None, allow_null=True)


class LadderSerializer(FinalitySerializer):
    """What campaigns claim, what is theirs once, what refunds leave of it; the last rung needs a holdout."""

    currency = serializers.CharField()
    time_zone = serializers.CharField()
    as_of = serializers.DateTimeField()
    clock = serializers.CharField()
    rungs = RungSerializer(many=True)


class DaySerializer(serializers.Serializer):
    """One local day: every measure of it."""

    def get_fields(self):
        return {"day": serializers.DateField(), **{code: _field(code) for code in measures(Grain.MERCHANT)}}


class DaysSerializer(FinalitySerializer):
    """Days with any activity; the currency and time zone are the shop's."""

    currency = serializers.CharField()
    time_zone = serializers.CharField()
    as_of = serializers.DateTimeField()
    provisional_from = serializers.DateField(help_text="From this day on, sales may still follow clicks.")
    results = DaySerializer(many=True)


class SummarySerializer(serializers.Serializer):
    """The sums of the days, and the ratios made of them; null where there is nothing to divide by."""

    def get_fields(self):
        head = {name: serializers.CharField() for name in ("currency", "time_zone")}
        return {
            **head,
            "as_of": serializers.DateTimeField(),
            **FinalitySerializer().get_fields(),
            **{code: _field(code) for code in [*measures(Grain.MERCHANT), *RATIOS]},
        }


class ExportRequestSerializer(PeriodSerializer):
    """What to export; no columns means all of them."""

    def get_fields(self):
        return {
            "kind": serializers.ChoiceField(Export.Kind.choices),
            "format": serializers.ChoiceField(Export.Format.choices, default=Export.Format.CSV.value),
            **super().get_fields(),
            "columns": serializers.ListField(child=serializers.CharField(max_length=24), default=list),
        }

    def validate(self, attrs):
        attrs = super().validate(attrs)
        unknown = set(attrs["columns"]) - set(columns_of(attrs["kind"]))
        if unknown:
            raise serializers.ValidationError({"columns": f"There is no column {min(unknown)} in {attrs['kind']}."})
        return attrs


class ExportSerializer(serializers.ModelSerializer):
    """An export as it stands; `file` is its address once it is ready."""

    state = serializers.CharField(source="job.state")
    progress = serializers.IntegerField(source="job.progress")
    total = serializers.IntegerField(source="job.total", allow_null=True)
    error = serializers.CharField(source="job.error")

    class Meta:
        model = Export
        fields = [
            "code", "kind", "format", "first", "last", "columns", "state", "progress", "total", "error", "rows",
            "requested_at", "ready_at", "expires_at",
        ]  # fmt: skip
