"""Traffic quality for a merchant's programs: rates by day and reason, and appeals."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from chengfeng.idempotency import idempotent
from chengfeng.typed import TypedText
from shops.api_base import MerchantAPIView
from shops.people.rights import Right
from shops.tenancy import own

from ..models import Appeal, Campaign
from ..validity import RULES, appeals, measuring
from .days import FortnightSerializer, days_of
from .saying import KEY


class AppealRefused(Problem):
    code = "appeal_refused"
    title = "The appeal is about other days than the last 30, or one about the same waits for an answer"


class InvalidReasonSerializer(serializers.Serializer):
    """A rule, its version, and how many clicks it found invalid."""

    reason = serializers.CharField()
    version = serializers.IntegerField()
    clicks = serializers.IntegerField()


class TrafficDaySerializer(serializers.Serializer):
    """Clicks of a day by when they happened; `returned` is the money given back on the day."""

    day = serializers.DateField()
    valid = serializers.IntegerField()
    free = serializers.IntegerField(help_text="Valid clicks for which there was no money")
    invalid = serializers.IntegerField()
    reasons = InvalidReasonSerializer(many=True)
    returned = serializers.DecimalField(max_digits=18, decimal_places=4)


class TrafficSerializer(serializers.Serializer):
    """The quality of clicks; `rate` is the share of invalid ones, null where there were none."""

    currency = serializers.CharField()
    valid = serializers.IntegerField()
    invalid = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True)
    returned = serializers.DecimalField(max_digits=18, decimal_places=4)
    days = TrafficDaySerializer(many=True)


class AppealRequestSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=Appeal.Kind.choices)
    campaign = serializers.CharField(max_length=24, required=False, help_text="Code; all campaigns when left out")
    first = serializers.DateField()
    last = serializers.DateField()
    text = TypedText(max_length=2000)


class AppealSerializer(serializers.Serializer):
    """An appeal and, once it is answered, the answer."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=Appeal.Kind.choices)
    campaign = serializers.CharField(source="campaign.code", allow_null=True, default=None)
    first = serializers.DateField()
    last = serializers.DateField()
    text = serializers.CharField()
    state = serializers.ChoiceField(choices=Appeal.State.choices)
    answer = serializers.CharField(allow_blank=True)
    returned = serializers.DecimalField(max_digits=18, decimal_places=4)
    asked_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)


class Traffic(MerchantAPIView):
    """The quality of the traffic of one's ads."""

    rights = {"GET": Right.ADS_VIEW}

    @extend_schema(
        parameters=[FortnightSerializer], responses=TrafficSerializer, operation_id="get_traffic_quality", tags=["ads"]
    )
    def get(self, request):
        """Show valid and invalid clicks by day and reason, and what was given back."""
        days = days_of(FortnightSerializer, request, self.merchant)
        return Response(TrafficSerializer(_shown(self.merchant, **days)).data)


def _shown(merchant, first, last) -> dict:
    quality = measuring.measure(merchant, first, last)
    return {
        "currency": merchant.currency,
        "valid": quality.whole.valid,
        "invalid": quality.whole.invalid,
        "rate": quality.whole.rate,
        "returned": quality.returned_sum,
        "days": [
            {
                "day": day, "valid": share.valid, "free": share.free, "invalid": share.invalid,
                "returned": quality.returned[day], "reasons": [_reason(*each) for each in share.reasons.most_common()],
            }
            for day, share in quality.days.items()
        ],
    }  # fmt: skip


def _reason(reason: str, clicks: int) -> dict:
    return {"reason": reason, "version": RULES[reason].version, "clicks": clicks}


class Appeals(MerchantAPIView):
    """Appeals against judgements of traffic."""

    rights = {"GET": Right.ADS_VIEW, "POST": Right.ADS_EDIT}

    @extend_schema(responses=AppealSerializer(many=True), operation_id="list_appeals", tags=["ads"])
    def get(self, request):
        """List the latest 100 appeals, newest first."""
        found = own(Appeal, self.merchant).select_related("campaign").order_by("-asked_at", "-pk")[:100]
        return Response(AppealSerializer(found, many=True).data)

    @extend_schema(
        parameters=[KEY], request=AppealRequestSerializer, responses={201: AppealSerializer}, operation_id="appeal",
        tags=["ads"],
    )  # fmt: skip
    @idempotent
    def post(self, request):
        """Appeal against the judgement of some days, once per Idempotency-Key."""
        asked = AppealRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        code = said.pop("campaign", "")
        campaign = own(Campaign, self.merchant).filter(code=code).first()
        if code and campaign is None:
            raise serializers.ValidationError({"campaign": f"There is no {code!r}."})
        try:
            made = appeals.appeal(self.access, campaign=campaign, **said, at=clock.now())
        except appeals.Refused:
            raise AppealRefused from None
        return Response(AppealSerializer(made).data, status=201)
