"""Search terms for a merchant's programs."""

from collections.abc import Callable, Sequence

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.typed import TypedText
from shops.api_base import MerchantAPIView
from shops.catalogue.api import Pages, paged
from shops.people.rights import Right
from shops.tenancy import own

from ..campaigns import EditConflict, Illegal, WaitsForApproval
from ..campaigns.changing import Outcome
from ..models import AdGroup, Campaign
from ..search_terms.choosing import LONGEST, add, exclude
from ..search_terms.report import report
from .campaigns import CODE
from .days import MonthSerializer, days_of
from .refusals import NOT_FOUND, OUTCOMES

VERBS = {"add": add, "exclude": exclude}
MOST = 500  # searches at once


class TermSerializer(serializers.Serializer):
    """A search on which ads of a group were shown; `text` is empty while its words are not known yet."""

    group = serializers.CharField(source="group.code")
    text = serializers.CharField()
    keywords = serializers.ListField(child=serializers.CharField(), help_text="Those that matched")
    is_keyword = serializers.BooleanField()
    is_excluded = serializers.BooleanField()
    impressions = serializers.IntegerField(source="result.impressions")
    clicks = serializers.IntegerField(source="result.clicks")
    spend = serializers.DecimalField(max_digits=18, decimal_places=4, source="result.spend")
    orders = serializers.IntegerField(source="result.orders")
    sales = serializers.DecimalField(max_digits=18, decimal_places=4, source="result.sales")


class ChosenTermSerializer(serializers.Serializer):
    """A search of a group."""

    group = serializers.CharField(max_length=24)
    text = TypedText(max_length=LONGEST)


class ChoiceSerializer(serializers.Serializer):
    """Searches that become keywords of their group (add), or on which its ads are shown no more (exclude)."""

    verb = serializers.ChoiceField(sorted(VERBS))
    terms = ChosenTermSerializer(many=True, min_length=1, max_length=MOST)


class ChosenSerializer(serializers.Serializer):
    """What became of a group: changed, unchanged (it was all so already), waits, conflict, refused or not_found."""

    group = serializers.CharField()
    outcome = serializers.ChoiceField(OUTCOMES)
    change = serializers.CharField(allow_null=True)
    proposal = serializers.CharField(allow_null=True)
    errors = serializers.DictField(child=serializers.CharField())


class SearchTerms(MerchantAPIView):
    """What people searched for when a campaign's ads were shown."""

    rights = {"GET": Right.ADS_VIEW, "POST": Right.ADS_EDIT}
    pagination_class = Pages

    @extend_schema(
        parameters=[CODE, MonthSerializer], responses=TermSerializer(many=True), operation_id="list_search_terms",
        tags=["ads"],
    )  # fmt: skip
    def get(self, request, code: str):
        """List the searches, those that cost most first."""
        campaign = get_object_or_404(own(Campaign, self.merchant).select_related("merchant"), code=code)
        return paged(self, report(campaign, **days_of(MonthSerializer, request, self.merchant)), TermSerializer)

    @extend_schema(
        parameters=[CODE], request=ChoiceSerializer, responses=ChosenSerializer(many=True),
        operation_id="choose_search_terms", tags=["ads"],
    )  # fmt: skip
    def post(self, request, code: str):
        """Bid on searches as they were typed, or leave them out; a result for each group. A repeat is harmless."""
        campaign = get_object_or_404(own(Campaign, self.merchant).select_related("merchant"), code=code)
        asked = ChoiceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        groups = {group.code: group for group in campaign.groups.all()}  # of one campaign, one version
        chosen: dict[str, list[str]] = {}
        for term in asked.validated_data["terms"]:
            chosen.setdefault(term["group"], []).append(term["text"])
        verb = VERBS[asked.validated_data["verb"]]
        found = [self._choose(verb, name, groups.get(name), texts) for name, texts in chosen.items()]
        return Response(ChosenSerializer(found, many=True).data)

    def _choose(self, verb: Callable, name: str, group: AdGroup | None, texts: Sequence[str]) -> dict:
        """Choose the searches of one group; return what became of it."""
        told = {"group": name, "outcome": NOT_FOUND, "change": None, "proposal": None, "errors": {}}
        if group is None:
            return told
        try:
            change = verb(self.access, group, texts, at=clock.now())
        except EditConflict:
            return told | {"outcome": Outcome.CONFLICT}
        except Illegal as error:
            return told | {"outcome": Outcome.REFUSED, "errors": error.errors}
        except WaitsForApproval as waits:
            return told | {"outcome": Outcome.WAITS, "proposal": waits.proposal.code}
        return told | {"outcome": Outcome.CHANGED if change else Outcome.UNCHANGED, "change": change and change.code}
