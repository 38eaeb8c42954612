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
from .campaigns import BY_ROI, CampaignWriteSerializer


class EstimateRequest(CampaignWriteSerializer):
    """A campaign that might be made, or with `campaign` what might be changed of one."""

    campaign = serializers.CharField(max_length=24, required=False, help_text="Code of the campaign to be changed")


class ForecastSerializer(serializers.Serializer):
    """What `days` days would have brought by the auctions of the last ones; money is in the shop's currency.

    `reach` is rounded (`is_below`: fewer than that). `low` and `high` are what eight of ten clicks, or 1,000 viewable
    impressions (`is_viewable`), cost. `is_predicted`: by predictions for the ads that were chosen, not what is usual.
    `error`: by which part running campaigns were missed on later days, told from the days before; null: none runs.
    """

    days = serializers.IntegerField()
    reach = serializers.IntegerField()
    is_below = serializers.BooleanField()
    impressions = serializers.IntegerField()
    impressions_low = serializers.IntegerField()
    impressions_high = serializers.IntegerField()
    clicks = serializers.IntegerField()
    clicks_low = serializers.IntegerField()
    clicks_high = serializers.IntegerField()
    spend = serializers.DecimalField(max_digits=18, decimal_places=4)
    low = serializers.DecimalField(max_digits=18, decimal_places=4, allow_null=True)
    high = serializers.DecimalField(max_digits=18, decimal_places=4, allow_null=True)
    error = serializers.FloatField(allow_null=True)
    auctions = serializers.IntegerField()
    is_viewable = serializers.BooleanField()
    is_predicted = serializers.BooleanField()


class EstimateSerializer(serializers.Serializer):
    """What would come of it; `forecast` is null where there is no history yet."""

    errors = serializers.DictField(child=serializers.CharField())
    before = serializers.DictField()
    after = serializers.DictField()
    waits = serializers.BooleanField()
    forecast = ForecastSerializer(allow_null=True)


class Estimates(MerchantAPIView):
    """Dry runs."""

    rights = {"POST": Right.ADS_EDIT}

    @extend_schema(
        request=EstimateRequest, responses=EstimateSerializer, operation_id="estimate_campaign", tags=["ads"],
        examples=[BY_ROI],
    )  # fmt: skip
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
