"""The ads of groups for a merchant's programs: what they show, and what the review said of it."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.idempotency import idempotent
from chengfeng.typed import TypedText
from shops.api_base import MerchantAPIView
from shops.models import Note, Product
from shops.people.rights import Right
from shops.tenancy import own

from ..campaigns import creatives
from ..models import Ad, AdGroup, Change
from .groups import GROUP, VERSION, groups_of
from .refusals import told
from .saying import KEY, every

PROGRAM = Change.Source.PROGRAM
AD = OpenApiParameter("code", str, OpenApiParameter.PATH, description="Code of the ad")


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
