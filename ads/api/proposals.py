"""Changes above a merchant's limit, which wait for a second person, for programs."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from shops.api_base import MerchantAPIView
from shops.catalogue.api import Pages, paged
from shops.people.rights import Right
from shops.tenancy import own

from ..campaigns import proposals
from ..models import Proposal

PROPOSAL = OpenApiParameter("code", str, OpenApiParameter.PATH, description="Code of the proposal")


class ProposalSerializer(serializers.Serializer):
    """A change that waits, or waited, for a second person."""

    code = serializers.CharField()
    campaign = serializers.CharField(source="campaign.code")
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Proposal.State.choices)
    wanted = serializers.DictField()
    before = serializers.DictField()
    reason = serializers.CharField()
    proposed_by = serializers.CharField(source="proposed_by.code")
    proposed_at = serializers.DateTimeField()
    decided_by = serializers.CharField(source="decided_by.code", allow_null=True, default=None)
    decided_at = serializers.DateTimeField(allow_null=True)


class Proposals(MerchantAPIView):
    """Changes above the merchant's limit."""

    rights = {"GET": Right.ADS_VIEW}
    pagination_class = Pages

    @extend_schema(responses=ProposalSerializer(many=True), operation_id="list_proposals", tags=["ads"])
    def get(self, request):
        """List the proposals, newest first. Approving is for people in the console: a token names no person."""
        rows = own(Proposal, self.merchant).select_related("campaign", "proposed_by", "decided_by")
        return paged(self, rows.order_by("-pk"), ProposalSerializer)


class ProposalOver(Problem):
    status_code = 409
    code = "proposal_over"
    title = "The proposal no longer waits"


class NotYours(Problem):
    status_code = 403
    code = "not_yours"
    title = "Only who proposed it may withdraw it"


class ProposalWithdrawal(MerchantAPIView):
    """Taking a proposal back."""

    rights = {"POST": Right.ADS_EDIT}

    @extend_schema(
        parameters=[PROPOSAL], request=None, responses=ProposalSerializer, operation_id="withdraw_proposal",
        tags=["ads"],
    )  # fmt: skip
    def post(self, request, code: str):
        """Withdraw a proposal that whoever gave the program its token has made."""
        rows = own(Proposal, self.merchant).select_related("campaign", "proposed_by")
        proposal = get_object_or_404(rows, code=code)
        try:
            proposals.withdraw(self.access, proposal, at=clock.now())
        except proposals.NotYours:
            raise NotYours from None
        except proposals.ProposalOver as over:
            raise ProposalOver(state=over.state) from over
        return Response(ProposalSerializer(proposal).data)
