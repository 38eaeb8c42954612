"""Auction insight for a merchant's programs: shares and reasons, prices explained, other bids, suggestions."""

from decimal import Decimal

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from shops.api_base import MerchantAPIView
from shops.people.rights import Right
from shops.tenancy import own

from ..auction import Outcome
from ..models import Campaign, Placement
from ..replay.explaining import Whose, currency_of_scores, explain_all
from ..replay.losses import Loss, Losses, Share, losses
from ..replay.suggesting import Basis, suggested_bids, suggested_targets
from ..replay.what_if import DAYS, FEWEST, study
from .campaigns import CODE
from .days import WeekSerializer, days_of

SHOWN = 10  # recorded auctions that were won, and as many that were lost
MOST_DAYS = 14


class TooFewAuctions(Problem):
    status_code = 409
    code = "too_few_auctions"
    title = "Not enough auctions are recorded yet"


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


def _money(**options) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=18, decimal_places=4, **options)


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
    bid = _money()
    chance = serializers.FloatField(help_text="That what is charged happens: a click, or a viewable impression")
    quality = serializers.FloatField()
    score = _money()
    reserve = _money()
    floor = _money(allow_null=True)
    price = _money(allow_null=True)
    vcg = _money(allow_null=True)
    needed = _money(allow_null=True)
    ranking = RankSerializer(many=True)


class InsightSerializer(serializers.Serializer):
    """What became of a campaign's auctions, and the newest recorded ones."""

    currency = serializers.CharField()
    currency_of_scores = serializers.CharField()
    whole = ShareSerializer()
    days = DayShareSerializer(many=True)
    placements = PlacementShareSerializer(many=True)
    auctions = RecordedAuctionSerializer(many=True)


class RangeSerializer(serializers.Serializer):
    low = serializers.FloatField()
    middle = serializers.FloatField()
    high = serializers.FloatField()


class MoneyRangeSerializer(serializers.Serializer):
    low = _money()
    middle = _money()
    high = _money()


class ErrorsSerializer(serializers.Serializer):
    """By which part of what happened such an answer was off."""

    impressions = serializers.FloatField()
    clicks = serializers.FloatField()
    spend = serializers.FloatField()
    orders = serializers.FloatField()
    price = serializers.FloatField(allow_null=True)


class WhatIfSerializer(serializers.Serializer):
    """What other bids would have brought in whole days; `price` is the average price of a click.

    `percent` is of what a campaign that bids by hand would bid by its settings of now, whatever it bid on those days;
    of others, of what they bid. `error` is the back-test on the same days, `later` that of later days told from those
    before.
    """

    percent = serializers.FloatField()
    bid = _money(allow_null=True)
    impressions = RangeSerializer()
    clicks = RangeSerializer()
    spend = MoneyRangeSerializer()
    price = MoneyRangeSerializer(allow_null=True)
    orders = RangeSerializer(allow_null=True)
    error = ErrorsSerializer()
    later = ErrorsSerializer()


class AskedSerializer(serializers.Serializer):
    """Another bid: the campaign's own, or all of its bids in per cent."""

    bid = serializers.DecimalField(max_digits=14, decimal_places=4, min_value=Decimal("0.0001"), required=False)
    bid_percent = serializers.IntegerField(min_value=-99, max_value=900, required=False)
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=DAYS)

    def validate(self, attrs: dict) -> dict:
        if ("bid" in attrs) == ("bid_percent" in attrs):
            raise serializers.ValidationError({"bid_percent": "Say either bid or bid_percent."})
        if "bid" in attrs and not self.context["campaign"].is_manual:
            raise serializers.ValidationError({"bid": "This campaign bids by itself: say bid_percent."})
        return attrs


class BidRangeSerializer(serializers.Serializer):
    """Bids that would have won 25 %, 50 % and 75 % of the recorded auctions that were reached."""

    low = _money()
    middle = _money()
    high = _money()
    auctions = serializers.IntegerField()


class TargetRangeSerializer(serializers.Serializer):
    """What was reached in four weeks: the quarters of the spend, and the orders this rests on."""

    basis = serializers.ChoiceField(choices=Basis.choices)
    orders = serializers.IntegerField()
    roi = serializers.ListField(child=_money(), min_length=3, max_length=3)
    cost = serializers.ListField(child=_money(), min_length=3, max_length=3)


class MissedSerializer(serializers.Serializer):
    """More clicks a day for more spend a day at the same bids."""

    clicks = serializers.FloatField()
    spend = _money()
    price = _money(allow_null=True)


class SuggestionsSerializer(serializers.Serializer):
    """What history suggests; null where it says too little."""

    currency = serializers.CharField()
    bids = BidRangeSerializer(allow_null=True)
    targets = TargetRangeSerializer(allow_null=True)
    missed = MissedSerializer(allow_null=True)


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


class OtherBids(OfCampaign):
    """What another bid would have brought."""

    @extend_schema(
        parameters=[CODE, AskedSerializer], responses=WhatIfSerializer, operation_id="get_what_if", tags=["ads"]
    )
    def get(self, request, code: str):
        """Hold recorded auctions of the last whole days again; 409 while too few are recorded."""
        campaign = self.campaign(code)
        asked = AskedSerializer(data=request.query_params, context={"campaign": campaign})
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        found = study(campaign, at=clock.now(), days=said["days"])
        if not found.is_enough:
            raise TooFewAuctions(found=found.found, needed=FEWEST)
        percent = 100 * (said["bid"] / campaign.bid - 1) if "bid" in said else said["bid_percent"]
        return Response(WhatIfSerializer(found.what_if(percent)).data)


class Suggestions(OfCampaign):
    """What history suggests for a campaign."""

    @extend_schema(
        parameters=[CODE], responses=SuggestionsSerializer, operation_id="get_campaign_suggestions", tags=["ads"]
    )
    def get(self, request, code: str):
        """Suggest ranges of bids and targets, and say what more budget would bring."""
        campaign, at = self.campaign(code), clock.now()
        found = study(campaign, at=at)
        told = {
            "currency": self.merchant.currency, "bids": suggested_bids(found, at=at),
            "targets": suggested_targets(campaign, at=at), "missed": found.missed if found.is_enough else None,
        }  # fmt: skip
        return Response(SuggestionsSerializer(told).data)


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
