"""Auction insight for a merchant's programs: shares and reasons, and how prices came about."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from shops.api_base import MerchantAPIView
from shops.people.rights import Right
from shops.tenancy import own

from ..auction import Outcome
from ..models import Campaign, Placement
from ..replay.explaining import Whose, currency_of_scores, explain_all
from ..replay.losses import Loss, Losses, Share, losses
from ..replay.what_if import study
from .campaigns import CODE
from .days import WeekSerializer, days_of
from .saying import money

SHOWN = 10  # recorded auctions that were won, and as many that were lost


class OutcomeSerializer(serializers.Serializer):
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    auctions = serializers.FloatField()


class LossSerializer(serializers.Serializer):
    lost_to = serializers.ChoiceField(choices=Loss.choices)
    share = serializers.FloatField(allow_null=True)


class ShareSerializer(serializers.Serializer):
    """Auctions, estimated from a sample. With `share` the shares lost add up to one; null where there were none."""

    auctions = serializers.FloatField(help_text="Auctions that the campaign wanted")
    won = serializers.FloatField()
    left_out = serializers.FloatField(help_text="Auctions that its own schedule, placements and targeting left out")
    share = serializers.FloatField(allow_null=True, help_text="Impression share")
    lost = LossSerializer(many=True)
    outcomes = OutcomeSerializer(many=True)


class DayShareSerializer(ShareSerializer):
    day = serializers.DateField()


class PlacementShareSerializer(ShareSerializer):
    placement = serializers.ChoiceField(choices=Placement.choices)


class RankSerializer(serializers.Serializer):
    """A place in a ranking: other shops have no name here, and `ratio` is their score to one's own."""

    whose = serializers.ChoiceField(choices=Whose.choices)
    ratio = serializers.FloatField(allow_null=True)
    is_shown = serializers.BooleanField()


class RecordedAuctionSerializer(serializers.Serializer):
    """A recorded auction: scores are what 1,000 impressions are worth in the currency of auctions.

    `floor` had to be matched, `price` is what that costs, `vcg` what a VCG auction would have charged; `needed` is the
    least bid that would have won a slot.
    """

    code = serializers.CharField(source="auction.code")
    at = serializers.DateTimeField(source="auction.at")
    placement = serializers.CharField(source="auction.placement")
    term = serializers.CharField(allow_blank=True)
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    position = serializers.IntegerField(allow_null=True)
    is_explored = serializers.BooleanField()
    bid = money()
    chance = serializers.FloatField(help_text="That what is charged happens: a click, or a viewable impression")
    quality = serializers.FloatField()
    score = money()
    reserve = money()
    floor = money(allow_null=True)
    price = money(allow_null=True)
    vcg = money(allow_null=True)
    needed = money(allow_null=True)
    ranking = RankSerializer(many=True)


class InsightSerializer(serializers.Serializer):
    """What became of a campaign's auctions, and the newest recorded ones."""

    currency = serializers.CharField()
    currency_of_scores = serializers.CharField()
    whole = ShareSerializer()
    days = DayShareSerializer(many=True)
    placements = PlacementShareSerializer(many=True)
    auctions = RecordedAuctionSerializer(many=True)


class OfCampaign(MerchantAPIView):
    """Something about one campaign's auctions."""

    rights = {"GET": Right.ADS_VIEW}

    def campaign(self, code: str) -> Campaign:
        return get_object_or_404(own(Campaign, self.merchant).select_related("merchant"), code=code)


class Insight(OfCampaign):
    """What became of a campaign's auctions."""

    @extend_schema(
        parameters=[CODE, WeekSerializer], responses=InsightSerializer, operation_id="get_campaign_insight",
        tags=["ads"],
    )  # fmt: skip
    def get(self, request, code: str):
        """Show impression share and losses by day and placement, and how recent prices came about."""
        campaign = self.campaign(code)
        days = days_of(WeekSerializer, request, self.merchant)
        found, held = losses(campaign, **days), study(campaign, at=clock.now())
        told = {
            "currency": self.merchant.currency, "currency_of_scores": currency_of_scores(),
            "auctions": explain_all(held.recent(most=SHOWN), held.bidder),
        }  # fmt: skip
        return Response(InsightSerializer(told | _shares(found)).data)


class CampaignShareSerializer(ShareSerializer):
    campaign = serializers.CharField(help_text="Code of the campaign")


class ShopInsightSerializer(serializers.Serializer):
    """What became of the auctions of all campaigns of a shop, and of each that took part in some."""

    whole = ShareSerializer()
    days = DayShareSerializer(many=True)
    placements = PlacementShareSerializer(many=True)
    campaigns = CampaignShareSerializer(many=True)


class ShopInsight(MerchantAPIView):
    """What became of the auctions of a shop."""

    rights = {"GET": Right.ADS_VIEW}

    @extend_schema(
        parameters=[WeekSerializer], responses=ShopInsightSerializer, operation_id="get_auction_insight", tags=["ads"]
    )
    def get(self, request):
        """Show impression share and losses of all campaigns by day, placement and campaign."""
        found = losses(self.merchant, **days_of(WeekSerializer, request, self.merchant))
        codes = dict(own(Campaign, self.merchant).filter(pk__in=found.campaigns).values_list("pk", "code"))
        campaigns = [_share(share, campaign=codes[pk]) for pk, share in sorted(found.campaigns.items()) if pk in codes]
        return Response(ShopInsightSerializer(_shares(found) | {"campaigns": campaigns}).data)


def _shares(found: Losses) -> dict:
    return {
        "whole": _share(found.whole),
        "days": [_share(share, day=day) for day, share in found.days.items()],
        "placements": [_share(share, placement=name) for name, share in sorted(found.placements.items())],
    }


def _share(share: Share, **more) -> dict:
    return more | {
        "auctions": share.auctions, "won": share.won, "left_out": share.left_out, "share": share.share,
        "lost": [{"lost_to": loss, "share": part} for loss, part in share.lost_to.items()],
        "outcomes": [{"outcome": name, "auctions": count} for name, count in share.outcomes.most_common()],
    }  # fmt: skip
