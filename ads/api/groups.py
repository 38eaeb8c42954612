"""Ad groups for a merchant's programs."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.idempotency import idempotent
from chengfeng.typed import TypedText
from shops.api_base import MerchantAPIView
from shops.people.rights import Right
from shops.tenancy import own

from ..campaigns import WaitsForApproval, groups
from ..models import AdGroup, Campaign, Change
from .campaigns import CODE
from .refusals import told
from .saying import (
    KEY,
    GroupAudienceSerializer,
    KeywordSerializer,
    NegativeSerializer,
    TargetingSerializer,
    amount,
)

PROGRAM = Change.Source.PROGRAM
GROUP = OpenApiParameter("code", str, OpenApiParameter.PATH, description="Code of the ad group")
LINEN = OpenApiExample(
    "Bids for two searches",
    value={
        "name": "Linen", "bid": "0.80", "products": ["prd_XW9TZB1H5C7KQ2M4"], "exclude_buyers_days": 30,
        "keywords": [{"text": "linen dress", "match": "exact", "bid": "1.20"}, {"text": "linen", "match": "broad"}],
    },
    request_only=True,
)  # fmt: skip
VERSION = "Version of the campaign: refuse the change unless this is still it"


class GroupWriteSerializer(TargetingSerializer):
    """What a program sets of an ad group."""

    name = TypedText(max_length=120)
    bid = amount(required=False, allow_null=True, help_text="null: the campaign's")
    exclude_buyers_days = serializers.IntegerField(min_value=1, max_value=365, required=False, allow_null=True)
    state = serializers.ChoiceField(choices=AdGroup.State.choices, required=False, help_text="New ones are active")
    version = serializers.IntegerField(required=False, help_text=VERSION)

    def values(self) -> dict[str, Any]:
        return {name: self.validated_data[name] for name in groups.FIELDS if name in self.validated_data}


class GroupSerializer(serializers.Serializer):
    """An ad group; `version` is its campaign's."""

    code = serializers.CharField()
    campaign = serializers.CharField(source="campaign.code")
    name = serializers.CharField()
    state = serializers.CharField()
    bid = serializers.DecimalField(max_digits=18, decimal_places=4, allow_null=True)
    exclude_buyers_days = serializers.IntegerField(allow_null=True)
    categories = serializers.SerializerMethodField()
    keywords = KeywordSerializer(many=True)
    negatives = NegativeSerializer(many=True)
    audiences = serializers.SerializerMethodField()
    ads = serializers.SerializerMethodField()
    version = serializers.IntegerField(source="campaign.version")

    def get_categories(self, group: AdGroup) -> list[str]:
        return sorted(category.slug for category in group.categories.all())

    def get_audiences(self, group: AdGroup) -> list[dict]:
        links = [{"audience": x.audience.code, "is_excluded": x.is_excluded} for x in group.audiences.all()]
        return GroupAudienceSerializer(links, many=True).data

    def get_ads(self, group: AdGroup) -> list[str]:
        return [ad.code for ad in group.ads.all()]


def groups_of(access) -> QuerySet[AdGroup]:
    parts = ("categories", "keywords", "negatives", "audiences__audience", "ads")
    return own(AdGroup, access.merchant).select_related("campaign__merchant").prefetch_related(*parts).order_by("pk")


class CampaignGroups(MerchantAPIView):
    """The ad groups of a campaign."""

    rights = {"GET": Right.ADS_VIEW, "POST": Right.ADS_EDIT}

    @extend_schema(parameters=[CODE], responses=GroupSerializer(many=True), operation_id="list_ad_groups", tags=["ads"])
    def get(self, request, code: str):
        """List the groups of a campaign, oldest first."""
        campaign = get_object_or_404(own(Campaign, self.merchant), code=code)
        return Response(GroupSerializer(groups_of(self.access).filter(campaign=campaign), many=True).data)

    @extend_schema(
        parameters=[CODE, KEY], request=GroupWriteSerializer, responses={201: GroupSerializer},
        operation_id="create_ad_group", tags=["ads"], examples=[LINEN],
    )  # fmt: skip
    @idempotent
    def post(self, request, code: str):
        """Make an ad group, once per Idempotency-Key; it is active, as far as its campaign is."""
        campaign = get_object_or_404(own(Campaign, self.merchant).select_related("merchant"), code=code)
        asked = GroupWriteSerializer(data=request.data, context={"merchant": self.merchant})
        asked.is_valid(raise_exception=True)
        arguments = {"at": clock.now(), "version": asked.validated_data.get("version"), "source": PROGRAM}
        with told():
            made = groups.create_group(self.access, campaign, values=asked.values(), **asked.lists(), **arguments)
        return Response(GroupSerializer(groups_of(self.access).get(pk=made.pk)).data, status=201)


class GroupDetail(MerchantAPIView):
    """One ad group."""

    rights = {"GET": Right.ADS_VIEW, "PATCH": Right.ADS_EDIT}

    @extend_schema(parameters=[GROUP], responses=GroupSerializer, operation_id="get_ad_group", tags=["ads"])
    def get(self, request, code: str):
        """Show an ad group."""
        return Response(GroupSerializer(get_object_or_404(groups_of(self.access), code=code)).data)

    @extend_schema(
        parameters=[GROUP], request=GroupWriteSerializer(partial=True),
        responses={200: GroupSerializer, 202: GroupSerializer}, operation_id="edit_ad_group", tags=["ads"],
    )  # fmt: skip
    def patch(self, request, code: str):
        """Change what is given; lists are replaced whole. 202: it waits for a second person."""
        group = get_object_or_404(groups_of(self.access), code=code)
        asked = GroupWriteSerializer(data=request.data, partial=True, context={"merchant": self.merchant})
        asked.is_valid(raise_exception=True)
        status = 202 if self._waits(group, asked) else 200
        return Response(GroupSerializer(groups_of(self.access).get(pk=group.pk)).data, status=status)

    def _waits(self, group: AdGroup, asked: GroupWriteSerializer) -> bool:
        """Carry out a request; return whether it waits for a second person."""
        said, at = asked.validated_data, clock.now()
        arguments = {"at": at, "version": said.get("version"), "source": PROGRAM}
        with told():
            try:
                groups.edit_group(self.access, group, values=asked.values(), **asked.lists(), **arguments)
            except WaitsForApproval:
                return True
            if "state" in said:
                groups.set_group_states(self.access, [group.code], said["state"], at=at, source=PROGRAM)
        return False
