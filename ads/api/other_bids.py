"""Other bids for a merchant's programs: what they would have brought, and what history suggests."""

from decimal import Decimal

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem

from ..replay.suggesting import Basis, suggested_bids, suggested_targets
from ..replay.what_if import DAYS, FEWEST, study
from .campaigns import CODE
from .insight import OfCampaign
from .saying import money

MOST_DAYS = 14


class TooFewAuctions(Problem):
    status_code = 409
    code = "too_few_auctions"
    title = "Not enough auctions are recorded yet"


class RangeSerializer(serializers.Serializer):
    low = serializers.FloatField()
    middle = serializers.FloatField()
    high = serializers.FloatField()


class MoneyRangeSerializer(serializers.Serializer):
    low = money()
    middle = money()
    high = money()


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
    bid = money(allow_null=True)
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

    low = money()
    middle = money()
    high = money()
    auctions = serializers.IntegerField()


class TargetRangeSerializer(serializers.Serializer):
    """What was reached in four weeks: the quarters of the spend, and the orders this rests on."""

    basis = serializers.ChoiceField(choices=Basis.choices)
    orders = serializers.IntegerField()
    roi = serializers.ListField(child=money(), min_length=3, max_length=3)
    cost = serializers.ListField(child=money(), min_length=3, max_length=3)


class MissedSerializer(serializers.Serializer):
    """More clicks a day for more spend a day at the same bids."""

    clicks = serializers.FloatField()
    spend = money()
    price = money(allow_null=True)


class SuggestionsSerializer(serializers.Serializer):
    """What history suggests; null where it says too little."""

    currency = serializers.CharField()
    bids = BidRangeSerializer(allow_null=True)
    targets = TargetRangeSerializer(allow_null=True)
    missed = MissedSerializer(allow_null=True)


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
        percent = found.percent_for(said["bid"]) if "bid" in said else said["bid_percent"]
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
