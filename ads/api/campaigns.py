"""Campaigns for a merchant's programs."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from shops.api_base import MerchantAPIView
from shops.models import Category, Merchant, Product
from shops.people.rights import Right
from shops.tenancy import own

from .. import campaigns as verbs
from ..eligibility import Obstacle, obstacles
from ..forms import MOST_KEYWORDS
from ..models import Ad, Campaign, Keyword

CODE = OpenApiParameter("code", str, OpenApiParameter.PATH, description="Code of the campaign")


class ChangedMeanwhile(Problem):
    status_code = 409
    code = "changed_meanwhile"
    title = "Somebody else has changed this since that version"


class KeywordSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=80)
    match = serializers.ChoiceField(choices=Keyword.Match.choices, default=Keyword.Match.BROAD)


class CampaignWriteSerializer(serializers.Serializer):
    """What a program sets of a campaign; products by code, categories by slug."""

    name = serializers.CharField(max_length=120)
    bid = serializers.DecimalField(max_digits=12, decimal_places=4, min_value=Decimal("0.01"))
    daily_budget = serializers.DecimalField(max_digits=12, decimal_places=4, min_value=Decimal("0.01"))
    state = serializers.ChoiceField(choices=Campaign.State.choices, required=False, help_text="New ones are paused")
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    hours = serializers.RegexField(r"^[01]{168}\Z", required=False, help_text="168 times 0 or 1, Monday 0 h first")
    products = serializers.ListField(child=serializers.CharField(max_length=24), min_length=1, max_length=1000)
    categories = serializers.ListField(child=serializers.CharField(max_length=80), required=False, max_length=100)
    keywords = KeywordSerializer(many=True, required=False, max_length=MOST_KEYWORDS)
    version = serializers.IntegerField(required=False, help_text="Refuse the change unless this is still the version")

    def validate_products(self, codes: list[str]) -> list[Product]:
        return _all(own(Product, self.context["merchant"]), "code", codes)

    def validate_categories(self, slugs: list[str]) -> list[Category]:
        return _all(Category.objects.all(), "slug", slugs)

    def validate_keywords(self, keywords: list[dict]) -> list[tuple[str, str]]:
        return [(keyword["text"], keyword["match"]) for keyword in keywords]

    def validate(self, attrs: dict) -> dict:
        said = {name: attrs.get(name, getattr(self.instance, name, None)) for name in verbs.FIELDS}
        if said["daily_budget"] < said["bid"]:
            raise serializers.ValidationError({"daily_budget": "It must pay for at least one click."})
        starts = said["starts_at"] or self.context["at"]
        if said["ends_at"] and said["ends_at"] <= starts:
            raise serializers.ValidationError({"ends_at": "It must be after the start."})
        return attrs


def _all(rows: QuerySet, name: str, wanted: Sequence[str]) -> list:
    """Return the rows of these names; raises ValidationError naming the first that does not exist."""
    found = {getattr(row, name): row for row in rows.filter(**{f"{name}__in": wanted})}
    for value in wanted:
        if value not in found:
            raise serializers.ValidationError(f"There is no {value!r}.")
    return list(found.values())


class CampaignSerializer(serializers.Serializer):
    """A campaign; `obstacles` says why it is not serving, and is empty while it is."""

    code = serializers.CharField()
    name = serializers.CharField()
    state = serializers.CharField()
    currency = serializers.CharField()
    bid = serializers.DecimalField(max_digits=18, decimal_places=4)
    daily_budget = serializers.DecimalField(max_digits=18, decimal_places=4)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)
    hours = serializers.CharField()
    products = serializers.ListField(child=serializers.CharField())
    categories = serializers.ListField(child=serializers.CharField())
    keywords = KeywordSerializer(many=True)
    version = serializers.IntegerField()
    obstacles = serializers.ListField(child=serializers.ChoiceField(choices=Obstacle.choices))


class Pages(PageNumberPagination):
    page_size = 50


def represent(merchant: Merchant, campaigns: Sequence[Campaign], *, at: datetime) -> list[dict]:
    why = obstacles(merchant, campaigns, at=at)
    rows = [_members(campaign, merchant, why[campaign.pk]) for campaign in campaigns]
    return CampaignSerializer(rows, many=True).data


def _members(campaign: Campaign, merchant: Merchant, why: list[Obstacle]) -> dict[str, Any]:
    plain = ("code", "name", "state", "bid", "daily_budget", "starts_at", "ends_at", "hours", "version")
    return {name: getattr(campaign, name) for name in plain} | {
        "currency": merchant.currency,
        "products": [ad.product.code for ad in campaign.ads.all() if ad.state == Ad.State.ACTIVE],
        "categories": sorted({category.slug for group in campaign.groups.all() for category in group.categories.all()}),
        "keywords": [keyword for group in campaign.groups.all() for keyword in group.keywords.all()],
        "obstacles": why,
    }


def campaigns_of(merchant: Merchant) -> QuerySet[Campaign]:
    return (
        own(Campaign, merchant)
        .select_related("merchant")
        .prefetch_related("ads__product", "groups__categories", "groups__keywords")
    )


class Campaigns(MerchantAPIView):
    """The merchant's campaigns."""

    rights = {"GET": Right.ADS_VIEW, "POST": Right.ADS_EDIT}

    @extend_schema(responses=CampaignSerializer(many=True), operation_id="list_campaigns", tags=["ads"])
    def get(self, request):
        """List the campaigns, newest first."""
        pages = Pages()
        page = pages.paginate_queryset(campaigns_of(self.merchant).order_by("-created_at", "-pk"), request, self)
        return pages.get_paginated_response(represent(self.merchant, page, at=clock.now()))

    @extend_schema(
        request=CampaignWriteSerializer,
        responses={201: CampaignSerializer},
        operation_id="create_campaign",
        tags=["ads"],
    )
    def post(self, request):
        """Make a campaign; it starts paused unless `state` says otherwise."""
        at = clock.now()
        asked = CampaignWriteSerializer(data=request.data, context={"merchant": self.merchant, "at": at})
        asked.is_valid(raise_exception=True)
        said = _arguments(asked.validated_data)
        made = verbs.create_campaign(self.access, at=at, **said)
        _set_state(self.access, made, asked.validated_data, at)
        return Response(_fresh(self.merchant, made.code, at), status=201)


class CampaignDetail(MerchantAPIView):
    """One campaign."""

    rights = {"GET": Right.ADS_VIEW, "PATCH": Right.ADS_EDIT}

    @extend_schema(parameters=[CODE], responses=CampaignSerializer, operation_id="get_campaign", tags=["ads"])
    def get(self, request, code: str):
        """Show a campaign and why it is not serving."""
        return Response(_fresh(self.merchant, code, clock.now()))

    @extend_schema(
        parameters=[CODE], request=CampaignWriteSerializer(partial=True), responses=CampaignSerializer,
        operation_id="edit_campaign", tags=["ads"],
    )  # fmt: skip
    def patch(self, request, code: str):
        """Change what is given; with `version`, only if nobody else has changed the campaign since."""
        at = clock.now()
        campaign = get_object_or_404(own(Campaign, self.merchant).select_related("merchant"), code=code)
        context = {"merchant": self.merchant, "at": at}
        asked = CampaignWriteSerializer(campaign, data=request.data, partial=True, context=context)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        arguments = _arguments(said)
        if arguments["values"] or len(arguments) > 1:
            _edit(self.access, campaign, version=said.get("version", campaign.version), at=at, **arguments)
        _set_state(self.access, campaign, said, at)
        return Response(_fresh(self.merchant, code, at))


def _arguments(said: dict) -> dict[str, Any]:
    """Return the arguments of the verbs that make or edit a campaign."""
    lists = {name: said[name] for name in ("products", "categories", "keywords") if name in said}
    return {"values": {name: said[name] for name in verbs.FIELDS if name in said}, **lists}


def _edit(access, campaign: Campaign, **arguments) -> None:
    try:
        verbs.edit_campaign(access, campaign, **arguments)
    except verbs.EditConflict:
        raise ChangedMeanwhile from None


def _set_state(access, campaign: Campaign, said: dict, at: datetime) -> None:
    if "state" in said:
        verbs.set_states(access, [campaign.code], Campaign.State(said["state"]), at=at)


def _fresh(merchant: Merchant, code: str, at: datetime) -> dict:
    return represent(merchant, [get_object_or_404(campaigns_of(merchant), code=code)], at=at)[0]
