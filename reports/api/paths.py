"""Paths over the API: channels by several models, and the paths that were taken most."""

from datetime import timedelta

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from shops.api_base import MerchantAPIView
from shops.people.rights import Right

from ..measuring.periods import Days
from ..paths.question import CHANNELS, MOST_STEPS, ORDERS, REPEATS, TOUCHES, VALUES, WINDOWS, PathQuestion

LONGEST = timedelta(days=366)
MODELS = ["first", "last", "linear", "distinct", "markov", "shapley"]
AMOUNT = {"max_digits": 24, "decimal_places": 4}


class PathsRequestSerializer(serializers.Serializer):
    """Local days of the shop, both included, and how journeys are read."""

    def get_fields(self):
        return {
            "from": serializers.DateField(),
            "to": serializers.DateField(),
            "channel": serializers.ChoiceField(list(CHANNELS), default="placement"),
            "touches": serializers.ChoiceField(list(TOUCHES), default="click"),
            "window": serializers.ChoiceField(WINDOWS, default=7, help_text="Days without a touch that end a journey."),
            "order": serializers.ChoiceField(ORDERS, default=1, help_text="Steps that the Markov chain remembers."),
            "repeats": serializers.ChoiceField(list(REPEATS), default="once"),
            "value": serializers.ChoiceField(list(VALUES), default="gross"),
            "as_of": serializers.DateTimeField(required=False, help_text="Nothing recorded later is known."),
        }

    def validate(self, attrs):
        if attrs["to"] < attrs["from"]:
            raise serializers.ValidationError({"to": "The last day is before the first."})
        if attrs["to"] - attrs["from"] >= LONGEST:
            raise serializers.ValidationError({"from": f"At most {LONGEST.days} days can be asked for at once."})
        return attrs

    def question(self) -> PathQuestion:
        asked = dict(self.validated_data)
        return PathQuestion(period=Days(asked.pop("from"), asked.pop("to")), **asked)


class NamedSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class PathCreditSerializer(serializers.Serializer):
    """What a model credits to a channel; the credits of a model sum to all orders and their value."""

    model = serializers.ChoiceField(MODELS)
    orders = serializers.DecimalField(**AMOUNT)
    value = serializers.DecimalField(**AMOUNT)
    share = serializers.FloatField(allow_null=True)


class PathChannelSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    removal_effect = serializers.FloatField(allow_null=True, help_text="The part of the orders lost without it.")
    credits = PathCreditSerializer(many=True)


class FrequentPathSerializer(serializers.Serializer):
    steps = NamedSerializer(many=True)
    journeys = serializers.IntegerField()
    orders = serializers.IntegerField()
    value = serializers.DecimalField(**AMOUNT)


class ModelRefusalSerializer(serializers.Serializer):
    model = serializers.ChoiceField(MODELS)
    reason = serializers.CharField()


class PathsSerializer(serializers.Serializer):
    """What path models say. They describe journeys; they do not prove that a channel caused an order."""

    currency = serializers.CharField()
    time_zone = serializers.CharField()
    as_of = serializers.DateTimeField()
    version = serializers.CharField(help_text="Changes with the question and with what was known.")
    journeys = serializers.IntegerField(help_text="Those that ended in these days.")
    orders = serializers.IntegerField()
    value = serializers.DecimalField(**AMOUNT)
    open_journeys = serializers.IntegerField(help_text="Had not ended by then; not among the others.")
    longer_journeys = serializers.IntegerField(help_text=f"Had more than {MOST_STEPS} steps, of which the last count.")
    orders_without_touch = serializers.IntegerField()
    value_without_touch = serializers.DecimalField(**AMOUNT)
    channels = PathChannelSerializer(many=True)
    paths = FrequentPathSerializer(many=True, help_text="The most frequent ones.")
    different_paths = serializers.IntegerField()
    not_offered = ModelRefusalSerializer(many=True)


class PathsView(MerchantAPIView):
    rights = {"GET": Right.REPORTS_VIEW}

    @extend_schema(
        parameters=[PathsRequestSerializer], responses=PathsSerializer, operation_id="report_paths", tags=["reports"]
    )
    def get(self, request):
        """Channels by path models – first, last, linear, Markov, Shapley –, and the most frequent paths."""
        from ..paths.asking import answered

        asked = PathsRequestSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = answered(asked.question(), self.merchant, at=clock.now())
        return Response(PathsSerializer(_told(found, self.merchant)).data)


def _told(found, merchant) -> dict:
    return {
        "currency": found.currency, "time_zone": merchant.time_zone, "as_of": found.as_of, "version": found.version,
        "journeys": found.journeys, "orders": found.conversions, "value": found.value, "open_journeys": found.open,
        "longer_journeys": found.longer, "orders_without_touch": found.untouched[0],
        "value_without_touch": found.untouched[1], "channels": [_channel(each, found) for each in found.channels],
        "paths": [
            {"steps": path.steps, "journeys": path.journeys, "orders": path.conversions, "value": path.value}
            for path in found.frequent
        ],
        "different_paths": found.number,
        "not_offered": [{"model": model, "reason": reason} for model, reason in found.refused.items()],
    }  # fmt: skip


def _channel(channel, found) -> dict:
    credited = [
        {
            "model": model, "orders": credit.conversions, "value": credit.value,
            "share": channel.share(model, found.conversions),
        }
        for model, credit in channel.credits.items()
    ]  # fmt: skip
    return {
        "code": channel.named.code, "name": channel.named.name, "removal_effect": channel.effect, "credits": credited,
    }  # fmt: skip
