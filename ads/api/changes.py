"""What was changed of campaigns, and taking it back, for a merchant's programs."""

from django.shortcuts import get_list_or_404, get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from shops.api_base import MerchantAPIView
from shops.catalogue.api import Pages, paged
from shops.people.rights import Right
from shops.tenancy import own

from ..campaigns import WaitsForApproval, changes
from ..models import Campaign, Change
from .campaigns import CODE
from .proposals import ProposalSerializer
from .refusals import refusal, told

CHANGE = OpenApiParameter("code", str, OpenApiParameter.PATH, description="Code of the change")
BATCH = OpenApiParameter("batch", str, OpenApiParameter.PATH, description="Name of the changes made together")


class ChangeSerializer(serializers.Serializer):
    """What was changed of a campaign: members as they were and as they became; a new thing has no `before`."""

    code = serializers.CharField()
    campaign = serializers.CharField(source="campaign.code")
    batch = serializers.CharField()
    source = serializers.ChoiceField(choices=Change.Source.choices)
    by = serializers.CharField(source="by.code", allow_null=True, default=None)
    before = serializers.DictField()
    after = serializers.DictField()
    at = serializers.DateTimeField()
    undoes = serializers.CharField(source="undoes.code", allow_null=True, default=None)


class RefusalSerializer(serializers.Serializer):
    """Why a change is not taken back: undone_already, changed_since (by `later`), or not_allowed (`errors`)."""

    reason = serializers.CharField()
    members = serializers.ListField(child=serializers.CharField())
    later = serializers.ListField(child=serializers.CharField())
    errors = serializers.ListField(child=serializers.DictField())


class UndoneSerializer(serializers.Serializer):
    """What became of one change of a batch; one of `change`, `proposal` and `refusal` is given."""

    of = serializers.CharField(source="of.code")
    change = ChangeSerializer(allow_null=True)
    proposal = serializers.CharField(source="proposal.code", allow_null=True, default=None)
    refusal = serializers.SerializerMethodField()

    @extend_schema_field(RefusalSerializer(allow_null=True))
    def get_refusal(self, undone: changes.Undone) -> dict | None:
        return undone.refusal and refusal(undone.refusal)


class CampaignChanges(MerchantAPIView):
    """The history of a campaign."""

    rights = {"GET": Right.ADS_VIEW}
    pagination_class = Pages

    @extend_schema(
        parameters=[CODE], responses=ChangeSerializer(many=True), operation_id="list_campaign_changes", tags=["ads"]
    )
    def get(self, request, code: str):
        """List the changes of a campaign, newest first."""
        campaign = get_object_or_404(own(Campaign, self.merchant), code=code)
        return paged(self, changes.history(campaign).select_related("campaign"), ChangeSerializer)


class ChangeUndo(MerchantAPIView):
    """Taking one change back."""

    rights = {"POST": Right.ADS_EDIT}

    @extend_schema(
        parameters=[CHANGE], request=None, responses={201: ChangeSerializer, 202: ProposalSerializer},
        operation_id="undo_change", tags=["ads"],
    )  # fmt: skip
    def post(self, request, code: str):
        """Give the members their earlier values; 409 names the later changes, 202 waits for a second person."""
        change = get_object_or_404(own(Change, self.merchant).select_related("campaign__merchant"), code=code)
        try:
            with told():
                undone = changes.undo(self.access, change, at=clock.now())
        except WaitsForApproval as waits:
            return Response(ProposalSerializer(waits.proposal).data, status=202)
        return Response(ChangeSerializer(undone).data, status=201)


class BatchUndo(MerchantAPIView):
    """Taking back what was changed together."""

    rights = {"POST": Right.ADS_EDIT}

    @extend_schema(
        parameters=[BATCH], request=None, responses=UndoneSerializer(many=True), operation_id="undo_batch",
        tags=["ads"],
    )  # fmt: skip
    def post(self, request, batch: str):
        """Take each change back, if it can be; a result for each."""
        get_list_or_404(own(Change, self.merchant), batch=batch)
        undone = changes.undo_batch(self.access, batch, at=clock.now())
        return Response(UndoneSerializer(undone, many=True).data)
