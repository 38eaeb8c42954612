"""What holds for all campaigns of a merchant, and what objectives allow, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from shops.api_base import MerchantAPIView
from shops.people.rights import Right

from ..campaigns import account
from ..campaigns.objectives import TERMS
from .refusals import told
from .saying import amount


class AccountSerializer(serializers.Serializer):
    """What holds for all campaigns together; null: no such limit or warning."""

    daily_budget = amount(required=False, allow_null=True)
    approval_limit = amount(required=False, allow_null=True, help_text="Above it a second person approves")
    alert_balance = amount(required=False, allow_null=True)
    alert_days = serializers.IntegerField(min_value=0, max_value=90, required=False)


class Account(MerchantAPIView):
    """The merchant's settings for all campaigns."""

    rights = {"GET": Right.ADS_VIEW, "PATCH": Right.ADS_EDIT}

    @extend_schema(responses=AccountSerializer, operation_id="get_ad_account", tags=["ads"])
    def get(self, request):
        """Show the settings."""
        return Response(AccountSerializer(account.settings_of(self.merchant)).data)

    @extend_schema(request=AccountSerializer, responses=AccountSerializer, operation_id="edit_ad_account", tags=["ads"])
    def patch(self, request):
        """Change what is given. The approval limit is lifted by people in the console only."""
        asked = AccountSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with told():
            edited = account.edit_account(self.access, values=asked.validated_data, at=clock.now())
        return Response(AccountSerializer(edited).data)


class ObjectiveSerializer(serializers.Serializer):
    """What a campaign of an objective may be; `closed` says why none can be made."""

    objective = serializers.CharField()
    is_open = serializers.BooleanField()
    closed = serializers.CharField()
    bid_modes = serializers.ListField(child=serializers.CharField())
    placements = serializers.ListField(child=serializers.CharField())
    creatives = serializers.ListField(child=serializers.CharField())
    columns = serializers.ListField(child=serializers.CharField())


class Objectives(MerchantAPIView):
    """What objectives allow."""

    rights = {"GET": Right.ADS_VIEW}

    @extend_schema(responses=ObjectiveSerializer(many=True), operation_id="list_objectives", tags=["ads"])
    def get(self, request):
        """List the objectives with their bids, placements, creatives and report columns."""
        names = ("is_open", "closed", "bid_modes", "placements", "creatives", "columns")
        rows = [{"objective": key} | {name: getattr(its, name) for name in names} for key, its in TERMS.items()]
        return Response(ObjectiveSerializer(rows, many=True).data)
