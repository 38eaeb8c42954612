"""Ad groups and their ads for a merchant's programs."""

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
from shops.models import Note, Product
from shops.people.rights import Right
from shops.tenancy import own

from ..campaigns import WaitsForApproval, creatives, groups
from ..models import Ad, AdGroup, Campaign, Change
from .campaigns import CODE
from .refusals import told
from .saying import (
    KEY,
    GroupAudienceSerializer,
    KeywordSerializer,
    NegativeSerializer,
    TargetingSerializer,
    amount,
    every,
)

PROGRAM = Change.Source.PROGRAM
GROUP = OpenApiParameter("code", str, OpenApiParameter.PATH, description="Code of the ad group")
AD = OpenApiParameter("code", str, OpenApiParameter.PATH, description="Code of the ad")
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


class AdWriteSerializer(serializers.Serializer):
    """An ad: a product, or a note that leads to it, with a headline of its own or without."""

    product = serializers.CharField(max_length=24)
    note = serializers.CharField(max_length=24, required=False, allow_null=True)
    headline = TypedText(max_length=60, required=False, allow_blank=True, default="")
    version = serializers.IntegerField(required=False, help_text=VERSION)


class AdEditSerializer(serializers.Serializer):
    """What a program changes of an ad; a new headline, or a rejected one sent again, is reviewed."""

    headline = TypedText(max_length=60, required=False, allow_blank=True)
    state = serializers.ChoiceField(choices=Ad.State.choices, required=False)
    version = serializers.IntegerField(required=False, help_text=VERSION)


class AdSerializer(serializers.Serializer):
    """An ad and what the review said of it; `version` is its campaign's."""

    code = serializers.CharField()
    campaign = serializers.CharField(source="campaign.code")
    group = serializers.CharField(source="group.code")
    product = serializers.CharField(source="product.code")
    note = serializers.CharField(source="note.code", allow_null=True, default=None)
    headline = serializers.CharField()
    state = serializers.CharField()
    review = serializers.ChoiceField(choices=Ad.Review.choices)
    review_reason = serializers.CharField()
    version = serializers.IntegerField(source="campaign.version")


def ads_of(access) -> QuerySet[Ad]:
    return own(Ad, access.merchant).select_related("campaign__merchant", "group", "product", "note").order_by("pk")


class GroupAds(MerchantAPIView):
    """The ads of a group."""

    rights = {"GET": Right.ADS_VIEW, "POST": Right.ADS_EDIT}

    @extend_schema(parameters=[GROUP], responses=AdSerializer(many=True), operation_id="list_group_ads", tags=["ads"])
    def get(self, request, code: str):
        """List the ads of a group, oldest first."""
        group = get_object_or_404(own(AdGroup, self.merchant), code=code)
        return Response(AdSerializer(ads_of(self.access).filter(group=group), many=True).data)

    @extend_schema(
        parameters=[GROUP, KEY], request=AdWriteSerializer, responses={201: AdSerializer}, operation_id="create_ad",
        tags=["ads"],
    )  # fmt: skip
    @idempotent
    def post(self, request, code: str):
        """Add an ad, once per Idempotency-Key; a headline of its own is reviewed before it is shown."""
        group = get_object_or_404(groups_of(self.access), code=code)
        asked = AdWriteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        with told():
            made = creatives.create_ad(
                self.access, group, product=self._one(Product, "product", said["product"]),
                note_of=self._one(Note, "note", said["note"]) if said.get("note") else None,
                headline=said["headline"], version=said.get("version"), at=clock.now(), source=PROGRAM,
            )  # fmt: skip
        return Response(AdSerializer(ads_of(self.access).get(pk=made.pk)).data, status=201)

    def _one(self, model: type, field: str, code: str):
        try:
            return every(own(model, self.merchant), "code", [code])[0]
        except serializers.ValidationError as error:
            raise serializers.ValidationError({field: error.detail}) from error


class AdDetail(MerchantAPIView):
    """One ad."""

    rights = {"GET": Right.ADS_VIEW, "PATCH": Right.ADS_EDIT}

    @extend_schema(parameters=[AD], responses=AdSerializer, operation_id="get_ad", tags=["ads"])
    def get(self, request, code: str):
        """Show an ad and its review."""
        return Response(AdSerializer(get_object_or_404(ads_of(self.access), code=code)).data)

    @extend_schema(
        parameters=[AD], request=AdEditSerializer, responses=AdSerializer, operation_id="edit_ad", tags=["ads"]
    )
    def patch(self, request, code: str):
        """Change an ad; sending a rejected headline again, as it is or mended, appeals."""
        ad, at = get_object_or_404(ads_of(self.access), code=code), clock.now()
        asked = AdEditSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        with told():
            if "headline" in said:
                version = said.get("version")
                creatives.edit_ad(self.access, ad, headline=said["headline"], version=version, at=at, source=PROGRAM)
            if "state" in said:
                creatives.set_ad_states(self.access, [ad.code], said["state"], at=at, source=PROGRAM)
        return Response(AdSerializer(ads_of(self.access).get(pk=ad.pk)).data)
