"""Paths over the API: channels by several models, and the paths that were taken most."""

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from chengfeng.idempotency import idempotent
from chengfeng.models import Job
from shops.api_base import MerchantAPIView
from shops.people.rights import Right

from ..measuring.periods import Days
from ..paths.question import (
    CHANNELS,
    EARLIEST,
    EARLIEST_MOMENT,
    LATEST,
    MOST_STEPS,
    ORDERS,
    REPEATS,
    TOUCHES,
    VALUES,
    WINDOWS,
    PathQuestion,
    pin,
)

TAGS = ["reports"]
CODE = OpenApiParameter("code", str, OpenApiParameter.PATH)
DAYS = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]
LONGEST = timedelta(days=366)
MODELS = ["first", "last", "linear", "distinct", "markov", "shapley"]
AMOUNT = {"max_digits": 24, "decimal_places": 4}


class TooMuchAtOnce(Problem):
    status_code = 409
    code = "too_much_at_once"
    title = (
        "There is too much to read in these days while you wait; POST the same, and it is reckoned in the background"
    )


class PathsRequestSerializer(serializers.Serializer):
    """Local days of the shop, both included, and how journeys are read."""

    def get_fields(self):
        return {
            "from": serializers.DateField(validators=DAYS),
            "to": serializers.DateField(validators=DAYS),
            "channel": serializers.ChoiceField(list(CHANNELS), default="placement"),
            "touches": serializers.ChoiceField(list(TOUCHES), default="click"),
            "window": serializers.ChoiceField(WINDOWS, default=7, help_text="Days without a touch that end a journey."),
            "order": serializers.ChoiceField(ORDERS, default=1, help_text="Steps that the Markov chain remembers."),
            "repeats": serializers.ChoiceField(list(REPEATS), default="once"),
            "value": serializers.ChoiceField(list(VALUES), default="gross"),
            "as_of": serializers.DateTimeField(
                required=False,
                help_text="Nothing recorded later is known.",
                validators=[MinValueValidator(EARLIEST_MOMENT)],
            ),
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


class PathRunSerializer(serializers.Serializer):
    """Paths that are reckoned in the background: how far they are, and the answer once there is one."""

    code = serializers.CharField()
    state = serializers.ChoiceField(Job.State.choices)
    progress = serializers.IntegerField(help_text="In per cent.")
    error = serializers.CharField(allow_blank=True)
    asked = serializers.DictField(help_text="The days, and how journeys are read.")
    as_of = serializers.DateTimeField()
    answer = PathsSerializer(allow_null=True)


class PathsView(MerchantAPIView):
    rights = {"GET": Right.REPORTS_VIEW, "POST": Right.REPORTS_VIEW}

    @extend_schema(
        parameters=[PathsRequestSerializer], responses=PathsSerializer, operation_id="report_paths", tags=TAGS
    )
    def get(self, request):
        """Channels by path models – first, last, linear, Markov, Shapley –, and the most frequent paths."""
        from ..paths import asking

        asked = pin(_question(request.query_params), self.merchant, at=clock.now())
        if not asking.is_quick(asked, self.merchant):
            raise TooMuchAtOnce
        return Response(PathsSerializer(_told(asking.answered(asked, self.merchant), self.merchant)).data)

    @extend_schema(
        request=PathsRequestSerializer, responses={202: PathRunSerializer}, operation_id="reckon_paths", tags=TAGS
    )
    @idempotent
    def post(self, request):
        """Have the same reckoned in the background and kept, however much there is to read."""
        from ..paths import running

        made = running.ask(self.access, _question(request.data), at=clock.now())
        return Response(_run(made, self.merchant), status=202)


class PathRunView(MerchantAPIView):
    """What views of a run have in common."""

    def found(self, code: str) -> Job:
        from ..paths import running

        return get_object_or_404(running.of(self.merchant), code=code)

    def told(self, code: str) -> Response:
        return Response(_run(self.found(code), self.merchant))


class PathRun(PathRunView):
    rights = {"GET": Right.REPORTS_VIEW}

    @extend_schema(responses=PathRunSerializer, operation_id="get_reckoned_paths", tags=TAGS, parameters=[CODE])
    def get(self, request, code):
        """Paths that are reckoned in the background, as they stand."""
        return self.told(code)


class PathCancel(PathRunView):
    rights = {"POST": Right.REPORTS_VIEW}

    @extend_schema(
        request=None, responses=PathRunSerializer, operation_id="cancel_reckoned_paths", tags=TAGS, parameters=[CODE]
    )
    def post(self, request, code):
        """Call off a run that is not over; one that is stays as it is."""
        from ..paths import running

        running.cancel(self.access, self.found(code), at=clock.now())
        return self.told(code)


class PathRetry(PathRunView):
    rights = {"POST": Right.REPORTS_VIEW}

    @extend_schema(
        request=None, responses=PathRunSerializer, operation_id="retry_reckoned_paths", tags=TAGS, parameters=[CODE]
    )
    def post(self, request, code):
        """Let a failed run go on from where it failed."""
        from ..paths import running

        running.retry(self.access, self.found(code), at=clock.now())
        return self.told(code)


def _question(given) -> PathQuestion:
    asked = PathsRequestSerializer(data=given)
    asked.is_valid(raise_exception=True)
    return asked.question()


def _run(job: Job, merchant) -> dict:
    """Return a run as programs read it."""
    from ..paths import running

    found, asked = running.answer(job, merchant), running.asked_by(job)
    return PathRunSerializer({
        "code": job.code, "state": job.state, "progress": job.percent, "error": job.error, "asked": asked.document(),
        "as_of": asked.as_of, "answer": found and _told(found, merchant),
    }).data  # fmt: skip


def _told(found, merchant) -> dict:
    return {
        "currency": found.currency, "time_zone": merchant.time_zone, "as_of": found.asked.as_of,
        "version": found.asked.version,
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
