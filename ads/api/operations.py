"""Operating campaigns for programs: history, undo, proposals, bulk edits, dry runs, account settings, objectives."""

from django.shortcuts import get_list_or_404, get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from chengfeng.idempotency import idempotent
from shops.api_base import MerchantAPIView
from shops.people.rights import Right
from shops.tenancy import own

from ..campaigns import WaitsForApproval, account, bulk, changes, dry_run, proposals
from ..campaigns.changing import Outcome
from ..campaigns.objectives import TERMS
from ..models import Campaign, Change, Proposal
from .campaigns import CODE, CampaignWriteSerializer, Pages
from .refusals import refusal, told
from .saying import amount, every

CHANGE = OpenApiParameter("code", str, OpenApiParameter.PATH, description="Code of the change")
BATCH = OpenApiParameter("batch", str, OpenApiParameter.PATH, description="Name of the changes made together")
PROPOSAL = OpenApiParameter("code", str, OpenApiParameter.PATH, description="Code of the proposal")


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

    @extend_schema(
        parameters=[CODE], responses=ChangeSerializer(many=True), operation_id="list_campaign_changes", tags=["ads"]
    )
    def get(self, request, code: str):
        """List the changes of a campaign, newest first."""
        campaign, pages = get_object_or_404(own(Campaign, self.merchant), code=code), Pages()
        page = pages.paginate_queryset(changes.history(campaign).select_related("campaign"), request, self)
        return pages.get_paginated_response(ChangeSerializer(page, many=True).data)


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


class Proposals(MerchantAPIView):
    """Changes above the merchant's limit."""

    rights = {"GET": Right.ADS_VIEW}

    @extend_schema(responses=ProposalSerializer(many=True), operation_id="list_proposals", tags=["ads"])
    def get(self, request):
        """List the proposals, newest first. Approving is for people in the console: a token names no person."""
        pages = Pages()
        rows = own(Proposal, self.merchant).select_related("campaign", "proposed_by", "decided_by")
        page = pages.paginate_queryset(rows.order_by("-pk"), request, self)
        return pages.get_paginated_response(ProposalSerializer(page, many=True).data)


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


class EditSerializer(serializers.Serializer):
    """One step of a bulk edit; `value` is what to set, add or remove, or the per cent to raise or lower by."""

    member = serializers.ChoiceField(choices=sorted(bulk.SETTABLE))
    action = serializers.ChoiceField(choices=bulk.Action.choices)
    value = serializers.JSONField(allow_null=True, default=None)


class BulkPlanRequest(serializers.Serializer):
    campaigns = serializers.ListField(child=serializers.CharField(max_length=24), min_length=1, max_length=bulk.MOST)
    edits = EditSerializer(many=True, min_length=1, max_length=20)


class BulkEditRequest(serializers.Serializer):
    """The steps, and the version of each campaign (by code) that its diff was shown for."""

    versions = serializers.DictField(child=serializers.IntegerField(min_value=1))
    edits = EditSerializer(many=True, min_length=1, max_length=20)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class DiffSerializer(serializers.Serializer):
    """What would become of a campaign as of `version`; `waits`: a second person would have to approve."""

    campaign = serializers.CharField(source="campaign.code")
    version = serializers.IntegerField()
    before = serializers.DictField()
    after = serializers.DictField()
    errors = serializers.DictField(child=serializers.CharField())
    waits = serializers.BooleanField()


class BulkResultSerializer(serializers.Serializer):
    """What became of a campaign: changed, unchanged, waits, conflict or refused."""

    campaign = serializers.CharField(source="campaign.code")
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    change = serializers.CharField(source="change.code", allow_null=True, default=None)
    proposal = serializers.CharField(source="proposal.code", allow_null=True, default=None)
    errors = serializers.DictField(child=serializers.CharField())


class BulkAnswer(serializers.Serializer):
    """The batch, by which all of it can be undone, and a result for each campaign."""

    batch = serializers.CharField()
    results = BulkResultSerializer(many=True)


class BulkPlans(MerchantAPIView):
    """What a bulk edit would do."""

    rights = {"POST": Right.ADS_EDIT}

    @extend_schema(
        request=BulkPlanRequest, responses=DiffSerializer(many=True), operation_id="plan_bulk_edit", tags=["ads"]
    )
    def post(self, request):
        """Show what an edit would do to each campaign, without doing it."""
        asked = BulkPlanRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        rows = own(Campaign, self.merchant).select_related("merchant").order_by("pk")
        with told():
            chosen = every(rows, "code", asked.validated_data["campaigns"])
            diffs = bulk.plan(self.access, chosen, _edit(asked), at=clock.now())
        return Response(DiffSerializer(diffs, many=True).data)


class BulkEdits(MerchantAPIView):
    """Bulk edits."""

    rights = {"POST": Right.ADS_EDIT}

    @extend_schema(request=BulkEditRequest, responses={201: BulkAnswer}, operation_id="create_bulk_edit", tags=["ads"])
    @idempotent
    def post(self, request):
        """Carry out what the diff showed (Idempotency-Key needed); what has changed meanwhile is left alone."""
        asked = BulkEditRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        with told():
            every(own(Campaign, self.merchant), "code", list(said["versions"]))
            done = bulk.carry_out(self.access, said["versions"], _edit(asked), at=clock.now(), reason=said["reason"])
        return Response(BulkAnswer(done).data, status=201)


def _edit(asked: serializers.Serializer) -> bulk.BulkEdit:
    steps = asked.validated_data["edits"]
    return bulk.BulkEdit(tuple(bulk.Edit(each["member"], each["action"], each["value"]) for each in steps))


class EstimateRequest(CampaignWriteSerializer):
    """A campaign that might be made, or with `campaign` what might be changed of one."""

    campaign = serializers.CharField(max_length=24, required=False, help_text="Code of the campaign to be changed")


class EstimateSerializer(serializers.Serializer):
    """What would come of it; `forecast` is null where there is no history yet."""

    errors = serializers.DictField(child=serializers.CharField())
    before = serializers.DictField()
    after = serializers.DictField()
    waits = serializers.BooleanField()
    forecast = serializers.SerializerMethodField()

    def get_forecast(self, estimate: dry_run.Estimate) -> dict | None:
        return dry_run.plain_forecast(estimate.forecast)


class Estimates(MerchantAPIView):
    """Dry runs."""

    rights = {"POST": Right.ADS_EDIT}

    @extend_schema(
        request=EstimateRequest, responses=EstimateSerializer, operation_id="estimate_campaign", tags=["ads"]
    )
    def post(self, request):
        """Judge a campaign, or a change of one, and estimate reach and price, without writing anything."""
        context = {"merchant": self.merchant}
        is_change = isinstance(request.data, dict) and "campaign" in request.data
        known = EstimateRequest(data=request.data, context=context, partial=is_change)
        known.is_valid(raise_exception=True)
        campaign, code = None, known.validated_data.get("campaign")
        if code:
            campaign = get_object_or_404(own(Campaign, self.merchant).select_related("merchant"), code=code)
        found = dry_run.estimate(self.access, at=clock.now(), campaign=campaign, **known.arguments())
        return Response(EstimateSerializer(found).data)


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
