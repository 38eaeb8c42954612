"""How a campaign is steered and why, for its merchant's programs."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shops.api_base import MerchantAPIView
from shops.people.rights import Right
from shops.tenancy import own

from ..models import Campaign, Steering, SteeringStep
from ..steering.explaining import sentences
from ..steering.summary import summary
from .campaigns import CODE
from .paging import PAGE, Pages
from .saying import amount


class SteeringStepSerializer(serializers.Serializer):
    """One adjustment and why it was made; orders and value are those of seven days."""

    at = serializers.DateTimeField()
    reason = serializers.CharField()
    phase = serializers.ChoiceField(choices=Steering.Phase.choices)
    spent = amount(help_text="Today so far")
    planned = amount(help_text="What today should have spent by then")
    conversions = serializers.FloatField()
    predicted_conversions = serializers.FloatField()
    value = amount()
    multiplier_before = serializers.FloatField()
    multiplier_after = serializers.FloatField()
    participation_after = serializers.FloatField()
    sentences = serializers.ListField(child=serializers.CharField())


class SteeringSerializer(serializers.Serializer):
    """How a campaign is steered now, and a page of its steps, newest first; phase is null before the first look."""

    campaign = serializers.CharField()
    phase = serializers.ChoiceField(choices=Steering.Phase.choices, allow_null=True)
    phase_since = serializers.DateTimeField(allow_null=True)
    multiplier = serializers.FloatField(allow_null=True)
    participation = serializers.FloatField(allow_null=True)
    progress = serializers.CharField(allow_blank=True)
    advice = serializers.ListField(child=serializers.CharField())
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    steps = SteeringStepSerializer(many=True)


class CampaignSteering(MerchantAPIView):
    """What the controller did with a campaign, and why."""

    rights = {"GET": Right.ADS_VIEW}

    @extend_schema(
        parameters=[CODE, PAGE], responses=SteeringSerializer, operation_id="get_campaign_steering", tags=["ads"]
    )
    def get(self, request, code: str):
        """Show the phase of a campaign, what it multiplies, and the steps that led there."""
        campaign = get_object_or_404(own(Campaign, self.merchant), code=code)
        pages, found = Pages(), summary(campaign)
        taken = own(SteeringStep, self.merchant).filter(campaign=campaign).order_by("-at", "-pk")
        steps = pages.paginate_queryset(taken, request)
        for step in steps:
            step.sentences = sentences(step, self.merchant.currency)
        names = ("phase", "phase_since", "multiplier", "participation")
        shown = {
            "campaign": campaign.code, **{name: getattr(found.steering, name, None) for name in names},
            "progress": found.progress, "advice": found.advice, "count": pages.page.paginator.count,
            "next": pages.get_next_link(), "previous": pages.get_previous_link(), "steps": steps,
        }  # fmt: skip
        return Response(SteeringSerializer(shown).data)
