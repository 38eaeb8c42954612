"""Dry runs for programs: what a campaign, or a change of one, would be, cost and bring."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from shops.api_base import MerchantAPIView
from shops.people.rights import Right
from shops.tenancy import own

from ..campaigns import dry_run
from ..models import Campaign
from .campaigns import CampaignWriteSerializer


class EstimateRequest(CampaignWriteSerializer):
    """A campaign that might be made, or with `campaign` what might be changed of one."""

    campaign = serializers.CharField(max_length=24, required=False, help_text="Code of the campaign to be changed")


class EstimateSerializer(serializers.Serializer):
    """What would come of it; `forecast` is null where there is no history yet."""

    errors = serializers.DictField(child=serializers.CharField())
    before = serializers.DictField()
    after = serializers.DictField()
    waits = serializers.BooleanField()
    forecast = serializers.SerializerMethodField()

    def get_forecast(self, estimate: dry_run.Estimate) -> dict | None:
        return dry_run.plain_forecast(estimate.forecast)


class Estimates(MerchantAPIView):
    """Dry runs."""

    rights = {"POST": Right.ADS_EDIT}

    @extend_schema(
        request=EstimateRequest, responses=EstimateSerializer, operation_id="estimate_campaign", tags=["ads"]
    )
    def post(self, request):
        """Judge a campaign, or a change of one, and estimate reach and price, without writing anything."""
        context = {"merchant": self.merchant}
        is_change = isinstance(request.data, dict) and "campaign" in request.data
        known = EstimateRequest(data=request.data, context=context, partial=is_change)
        known.is_valid(raise_exception=True)
        campaign, code = None, known.validated_data.get("campaign")
        if code:
            campaign = get_object_or_404(own(Campaign, self.merchant).select_related("merchant"), code=code)
        found = dry_run.estimate(self.access, at=clock.now(), campaign=campaign, **known.arguments())
        return Response(EstimateSerializer(found).data)
