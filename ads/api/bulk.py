"""Bulk edits for programs: what an edit would do to each campaign, and doing it."""

from collections.abc import Sequence

from django.shortcuts import get_list_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.idempotency import idempotent
from shops.api_base import MerchantAPIView
from shops.models import Merchant
from shops.people.rights import Right
from shops.tenancy import own

from ..campaigns import bulk
from ..campaigns.changing import Result
from ..models import Campaign
from .refusals import NOT_FOUND, OUTCOMES, told
from .saying import KEY

STEPS = [
    {"member": "daily_budget", "action": "raise", "value": 20},
    {"member": "placements", "action": "add", "value": ["search"]},
]
CODE = "cmp_7KQ2M4XW9TZB1H5C"
PLANNED = OpenApiExample("A fifth more budget", value={"campaigns": [CODE], "edits": STEPS}, request_only=True)
CARRIED_OUT = OpenApiExample(
    "As the diff showed",
    value={"versions": {CODE: 3}, "edits": STEPS, "reason": "June sales"},
    request_only=True,
)


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


NO_SUCH = {"campaign": "There is no such campaign."}


class DiffSerializer(serializers.Serializer):
    """What would become of a campaign as of `version`; `waits`: a second person would have to approve.

    A campaign that does not exist has no version and an error that says so.
    """

    campaign = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)
    before = serializers.DictField()
    after = serializers.DictField()
    errors = serializers.DictField(child=serializers.CharField())
    waits = serializers.BooleanField()


class BulkResultSerializer(serializers.Serializer):
    """What became of a campaign: changed, unchanged, waits, conflict, refused or not_found."""

    campaign = serializers.CharField()
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    change = serializers.CharField(allow_null=True)
    proposal = serializers.CharField(allow_null=True)
    errors = serializers.DictField(child=serializers.CharField())


class BulkAnswer(serializers.Serializer):
    """The batch, by which all of it can be undone, and a result for each campaign."""

    batch = serializers.CharField()
    results = BulkResultSerializer(many=True)


class BulkPlans(MerchantAPIView):
    """What a bulk edit would do."""

    rights = {"POST": Right.ADS_EDIT}

    @extend_schema(
        request=BulkPlanRequest, responses=DiffSerializer(many=True), operation_id="plan_bulk_edit", tags=["ads"],
        examples=[PLANNED],
    )  # fmt: skip
    def post(self, request):
        """Show what an edit would do to each campaign, in their order, without doing it; 404 when none exists."""
        asked = BulkPlanRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        codes = list(dict.fromkeys(asked.validated_data["campaigns"]))
        chosen = _chosen(self.merchant, codes)
        with told():
            diffs = {diff.campaign.code: diff for diff in bulk.plan(self.access, chosen, _edit(asked), at=clock.now())}
        rows = [_diff(diffs[code]) if code in diffs else _unknown_diff(code) for code in codes]
        return Response(DiffSerializer(rows, many=True).data)


class BulkEdits(MerchantAPIView):
    """Bulk edits."""

    rights = {"POST": Right.ADS_EDIT}

    @extend_schema(
        parameters=[KEY], request=BulkEditRequest, responses={201: BulkAnswer}, operation_id="create_bulk_edit",
        tags=["ads"], examples=[CARRIED_OUT],
    )  # fmt: skip
    @idempotent
    def post(self, request):
        """Carry out what the diff showed (Idempotency-Key needed); what has changed meanwhile is left alone.

        Each campaign has its own result, in their order; 404 when none exists.
        """
        asked = BulkEditRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        known = {one.code: said["versions"][one.code] for one in _chosen(self.merchant, list(said["versions"]))}
        with told():
            done = bulk.carry_out(self.access, known, _edit(asked), at=clock.now(), reason=said["reason"])
        results = {result.campaign.code: result for result in done.results}
        rows = [_result(code, results.get(code)) for code in said["versions"]]
        return Response(BulkAnswer({"batch": done.batch, "results": rows}).data, status=201)


def _chosen(merchant: Merchant, codes: Sequence[str]) -> list[Campaign]:
    """Return the campaigns of these codes. Raises Http404 when the merchant has none of them."""
    clean = [code for code in codes if "\0" not in code]
    return get_list_or_404(own(Campaign, merchant).select_related("merchant").order_by("pk"), code__in=clean)


def _diff(diff: bulk.Diff) -> dict:
    names = ("version", "before", "after", "errors", "waits")
    return {"campaign": diff.campaign.code} | {name: getattr(diff, name) for name in names}


def _unknown_diff(code: str) -> dict:
    return {"campaign": code, "version": None, "before": {}, "after": {}, "errors": NO_SUCH, "waits": False}


def _result(code: str, result: Result | None) -> dict:
    if result is None:
        return {"campaign": code, "outcome": NOT_FOUND, "change": None, "proposal": None, "errors": NO_SUCH}
    return {
        "campaign": code, "outcome": result.outcome, "change": result.change and result.change.code,
        "proposal": result.proposal and result.proposal.code, "errors": result.errors,
    }  # fmt: skip


def _edit(asked: serializers.Serializer) -> bulk.BulkEdit:
    steps = asked.validated_data["edits"]
    return bulk.BulkEdit(tuple(bulk.Edit(each["member"], each["action"], each["value"]) for each in steps))
