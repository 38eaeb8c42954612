"""Why campaigns, groups and ads serve or not, for a merchant's programs, and which campaigns have changed in that."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from shops.api_base import MerchantAPIView
from shops.catalogue.api import Pages, paged
from shops.people.rights import Right
from shops.tenancy import own

from ..eligibility import Caution, Obstacle, findings
from ..models import Campaign
from ..watching import changes
from .campaigns import CODE


class StandingSerializer(serializers.Serializer):
    """Why a group or an ad is not serving; empty while it is, as far as its campaign lets it."""

    code = serializers.CharField()
    obstacles = serializers.ListField(child=serializers.ChoiceField(choices=Obstacle.choices))


class EligibilitySerializer(StandingSerializer):
    """Every reason at once, for a campaign, its groups and their ads."""

    cautions = serializers.ListField(child=serializers.ChoiceField(choices=Caution.choices))
    groups = StandingSerializer(many=True)
    ads = StandingSerializer(many=True)


class CampaignEligibility(MerchantAPIView):
    """Why a campaign, its groups and its ads serve or not."""

    rights = {"GET": Right.ADS_VIEW}

    @extend_schema(
        parameters=[CODE], responses=EligibilitySerializer, operation_id="get_campaign_eligibility", tags=["ads"]
    )
    def get(self, request, code: str):
        """Show every reason at once, from the facts that the auction goes by."""
        campaign = get_object_or_404(own(Campaign, self.merchant).select_related("merchant"), code=code)
        found = findings([campaign], at=clock.now())[campaign.pk]
        codes = dict(campaign.groups.values_list("pk", "code")), dict(campaign.ads.values_list("pk", "code"))
        groups, ads = (
            [{"code": names[pk], "obstacles": why} for pk, why in reasons.items()]
            for names, reasons in zip(codes, (found.groups, found.ads), strict=True)
        )
        shown = {"obstacles": found.campaign, "cautions": found.cautions, "groups": groups, "ads": ads}
        return Response(EligibilitySerializer({"code": campaign.code, **shown}).data)


class SinceSerializer(serializers.Serializer):
    """From which instant on changes are asked for."""

    since = serializers.DateTimeField(required=False)


class ChangedSerializer(serializers.Serializer):
    """A campaign as it was found at the last look: it serves, or does not for these reasons, since then."""

    campaign = serializers.CharField(source="campaign.code")
    obstacles = serializers.ListField(child=serializers.ChoiceField(choices=Obstacle.choices))
    since = serializers.DateTimeField()


class EligibilityChanges(MerchantAPIView):
    """Which campaigns began or stopped serving."""

    rights = {"GET": Right.ADS_VIEW}
    pagination_class = Pages

    @extend_schema(
        parameters=[SinceSerializer], responses=ChangedSerializer(many=True), operation_id="list_eligibility_changes",
        tags=["ads"],
    )  # fmt: skip
    def get(self, request):
        """List the campaigns by when they last began or stopped serving, latest first; looked at every half minute."""
        asked = SinceSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return paged(self, changes(self.merchant, since=asked.validated_data.get("since")), ChangedSerializer)
