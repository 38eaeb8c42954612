"""Campaigns for a merchant's programs: listed, made, changed, started, and why one does not serve."""

from collections.abc import Sequence
from datetime import datetime
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
from shops.models import Merchant
from shops.people.rights import Right
from shops.tenancy import own

from .. import campaigns as verbs
from ..campaigns import proposals
from ..campaigns.members import Span
from ..campaigns.rules import MOST_SPANS
from ..eligibility import Caution, Findings, Obstacle, findings
from ..models import Ad, AdGroup, Campaign, Change, Placement
from .paging import Pages
from .refusals import told
from .saying import (
    KEY,
    GroupAudienceSerializer,
    KeywordSerializer,
    NegativeSerializer,
    SpanSerializer,
    TargetingSerializer,
    amount,
)

CODE = OpenApiParameter("code", str, OpenApiParameter.PATH, description="Code of the campaign")
PROGRAM = Change.Source.PROGRAM
BY_ROI = OpenApiExample(
    "Bids by itself for a ROI of 4",
    value={
        "name": "Linen in July", "objective": "product_sales", "bid_mode": "target_roi", "target_roi": "4.00",
        "roi_on": "settled", "daily_budget": "500.00", "placements": ["search", "feed"], "modifiers": {"search": 20},
        "products": ["prd_XW9TZB1H5C7KQ2M4"], "keywords": [{"text": "linen dress", "match": "phrase"}],
        "negatives": [{"text": "second hand", "match": "phrase"}],
    },
    request_only=True,
)  # fmt: skip
DEARER = OpenApiExample(
    "Another budget, and start it",
    value={"daily_budget": "800.00", "state": "active", "version": 3},
    request_only=True,
)


class CampaignWriteSerializer(TargetingSerializer):
    """What a program sets of a campaign; the lists of what is advertised, and to whom, are those of its first group."""

    name = TypedText(max_length=120)
    objective = serializers.ChoiceField(choices=Campaign.Objective.choices, required=False)
    bid_mode = serializers.ChoiceField(choices=Campaign.BidMode.choices, required=False)
    bid = amount(required=False, allow_null=True, help_text="Per click; per 1,000 viewable impressions with cpm")
    target_cost = amount(required=False, allow_null=True)
    target_roi = serializers.DecimalField(
        max_digits=6, decimal_places=2, required=False, allow_null=True, help_text="0.01 to 100"
    )
    roi_on = serializers.ChoiceField(choices=Campaign.RoiOn.choices, required=False)
    daily_budget = amount()
    total_budget = amount(required=False, allow_null=True)
    pacing = serializers.ChoiceField(choices=Campaign.Pacing.choices, required=False)
    placements = serializers.ListField(
        child=serializers.ChoiceField(choices=Placement.choices), min_length=1, max_length=10, required=False
    )
    frequency_cap = serializers.IntegerField(min_value=1, max_value=1000, required=False, allow_null=True)
    state = serializers.ChoiceField(choices=Campaign.State.choices, required=False, help_text="New ones are paused")
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    hours = serializers.RegexField(r"^[01]{168}\Z", required=False, help_text="168 times 0 or 1, Monday 0 h first")
    modifiers = serializers.DictField(
        child=serializers.IntegerField(min_value=-99, max_value=900), required=False,
        help_text="Placement → per cent more or less",
    )  # fmt: skip
    promotion_days = SpanSerializer(many=True, required=False, max_length=MOST_SPANS)
    version = serializers.IntegerField(required=False, help_text="Refuse the change unless this is still the version")

    LISTS = (*TargetingSerializer.LISTS, "modifiers", "promotion_days")

    def validate_promotion_days(self, said: list[dict]) -> list[Span]:
        return [Span(**each) for each in said]

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the verbs that make or edit a campaign."""
        said = self.validated_data
        return {"values": {name: said[name] for name in verbs.FIELDS if name in said}, **self.lists()}


class CampaignSerializer(serializers.Serializer):
    """A campaign, with what its groups advertise, taken together.

    `obstacles` says why it is not serving, and is empty while it is; `cautions` what holds it back; `proposal` is the
    code of a change that waits for a second person.
    """

    code = serializers.CharField()
    name = serializers.CharField()
    objective = serializers.CharField()
    bid_mode = serializers.CharField()
    state = serializers.CharField()
    currency = serializers.CharField()
    bid = serializers.DecimalField(max_digits=18, decimal_places=4, allow_null=True)
    target_cost = serializers.DecimalField(max_digits=18, decimal_places=4, allow_null=True)
    target_roi = serializers.DecimalField(max_digits=6, decimal_places=2, allow_null=True)
    roi_on = serializers.CharField()
    daily_budget = serializers.DecimalField(max_digits=18, decimal_places=4)
    total_budget = serializers.DecimalField(max_digits=18, decimal_places=4, allow_null=True)
    pacing = serializers.CharField()
    placements = serializers.ListField(child=serializers.CharField())
    frequency_cap = serializers.IntegerField(allow_null=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)
    hours = serializers.CharField()
    modifiers = serializers.DictField(child=serializers.IntegerField())
    promotion_days = SpanSerializer(many=True)
    negatives = NegativeSerializer(many=True)
    products = serializers.ListField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField())
    categories = serializers.ListField(child=serializers.CharField())
    keywords = KeywordSerializer(many=True)
    audiences = GroupAudienceSerializer(many=True)
    groups = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField()
    proposal = serializers.CharField(allow_null=True)
    obstacles = serializers.ListField(child=serializers.ChoiceField(choices=Obstacle.choices))
    cautions = serializers.ListField(child=serializers.ChoiceField(choices=Caution.choices))


def represent(campaigns: Sequence[Campaign], *, at: datetime) -> list[dict]:
    why = findings(campaigns, at=at)
    waiting = proposals.codes_of_waiting(campaigns)
    rows = [_members(campaign, why[campaign.pk], waiting.get(campaign.pk)) for campaign in campaigns]
    return CampaignSerializer(rows, many=True).data


def _members(campaign: Campaign, why: Findings, proposal: str | None) -> dict[str, Any]:
    groups = [group for group in campaign.groups.all() if group.state != AdGroup.State.ARCHIVED]
    ads = [ad for ad in campaign.ads.all() if ad.state == Ad.State.ACTIVE]
    return {name: getattr(campaign, name) for name in ("code", "state", "version", *verbs.FIELDS)} | {
        "currency": campaign.merchant.currency,
        "modifiers": {each.placement: each.percent for each in campaign.modifiers.all()},
        "promotion_days": campaign.promotion_days.all(),
        "negatives": [each for each in campaign.negatives.all() if each.group_id is None],
        "products": sorted(ad.product.code for ad in ads if ad.note_id is None),
        "notes": sorted(ad.note.code for ad in ads if ad.note_id),
        "categories": sorted({category.slug for group in groups for category in group.categories.all()}),
        "keywords": [keyword for group in groups for keyword in group.keywords.all()],
        "audiences": [
            {"audience": link.audience.code, "is_excluded": link.is_excluded}
            for group in groups
            for link in group.audiences.all()
        ],
        "groups": [group.code for group in groups],
        "proposal": proposal,
        "obstacles": why.campaign,
        "cautions": why.cautions,
    }


def campaigns_of(merchant: Merchant) -> QuerySet[Campaign]:
    return (
        own(Campaign, merchant)
        .select_related("merchant")
        .prefetch_related(
            "ads__product", "ads__note", "groups__categories", "groups__keywords", "groups__audiences__audience",
            "modifiers", "promotion_days", "negatives",
        )
    )  # fmt: skip


class NarrowSerializer(serializers.Serializer):
    """Which campaigns to list."""

    state = serializers.ChoiceField(choices=Campaign.State.choices, required=False)


class Campaigns(MerchantAPIView):
    """The merchant's campaigns."""

    rights = {"GET": Right.ADS_VIEW, "POST": Right.ADS_EDIT}
    pagination_class = Pages

    @extend_schema(
        parameters=[NarrowSerializer], responses=CampaignSerializer(many=True), operation_id="list_campaigns",
        tags=["ads"],
    )  # fmt: skip
    def get(self, request):
        """List the campaigns, newest first, of one state if asked."""
        asked, pages = NarrowSerializer(data=request.query_params), Pages()
        asked.is_valid(raise_exception=True)
        rows = campaigns_of(self.merchant).filter(**asked.validated_data).order_by("-created_at", "-pk")
        page = pages.paginate_queryset(rows, request, self)
        return pages.get_paginated_response(represent(page, at=clock.now()))

    @extend_schema(
        parameters=[KEY], request=CampaignWriteSerializer, responses={201: CampaignSerializer},
        operation_id="create_campaign", tags=["ads"], examples=[BY_ROI],
    )  # fmt: skip
    @idempotent
    def post(self, request):
        """Make a campaign, once per Idempotency-Key; it starts paused unless `state` says otherwise.

        Above the merchant's limit starting waits for a second person: the answer names the `proposal`.
        """
        at = clock.now()
        asked = CampaignWriteSerializer(data=request.data, context={"merchant": self.merchant})
        asked.is_valid(raise_exception=True)
        with told():
            made = verbs.create_campaign(self.access, at=at, source=PROGRAM, **asked.arguments())
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
        parameters=[CODE], request=CampaignWriteSerializer(partial=True),
        responses={200: CampaignSerializer, 202: CampaignSerializer}, operation_id="edit_campaign", tags=["ads"],
        examples=[DEARER],
    )  # fmt: skip
    def patch(self, request, code: str):
        """Change what is given; with `version`, only if nobody else has changed the campaign since.

        202: it is above the merchant's limit and waits for a second person as `proposal`.
        """
        at = clock.now()
        campaign = get_object_or_404(own(Campaign, self.merchant).select_related("merchant"), code=code)
        asked = CampaignWriteSerializer(data=request.data, partial=True, context={"merchant": self.merchant})
        asked.is_valid(raise_exception=True)
        waits = _edit(self.access, campaign, asked, at)
        return Response(_fresh(self.merchant, code, at), status=202 if waits else 200)


def _edit(access, campaign: Campaign, asked: CampaignWriteSerializer, at: datetime) -> bool:
    """Carry out a request; return whether it waits for a second person."""
    said, arguments = asked.validated_data, asked.arguments()
    with told():
        try:
            if arguments["values"] or len(arguments) > 1:
                version = said.get("version", campaign.version)
                verbs.edit_campaign(access, campaign, version=version, at=at, source=PROGRAM, **arguments)
        except verbs.WaitsForApproval:
            return True
        return _set_state(access, campaign, said, at)


def _set_state(access, campaign: Campaign, said: dict, at: datetime) -> bool:
    """Start, pause or archive where it was said; return whether that waits for a second person."""
    if "state" not in said:
        return False
    try:
        verbs.set_states(access, [campaign.code], Campaign.State(said["state"]), at=at, source=PROGRAM)
    except verbs.WaitsForApproval:
        return True
    return False


def _fresh(merchant: Merchant, code: str, at: datetime) -> dict:
    return represent([get_object_or_404(campaigns_of(merchant), code=code)], at=at)[0]
