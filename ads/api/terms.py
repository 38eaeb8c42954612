"""Search terms for a merchant's programs."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from shops.api_base import MerchantAPIView
from shops.people.rights import Right
from shops.tenancy import own

from ..models import Campaign
from ..search_terms.report import report
from .campaigns import CODE
from .days import MonthSerializer, days_of
from .paging import Pages


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


class SearchTerms(MerchantAPIView):
    """What people searched for when a campaign's ads were shown."""

    rights = {"GET": Right.ADS_VIEW}
    pagination_class = Pages

    @extend_schema(
        parameters=[CODE, MonthSerializer], responses=TermSerializer(many=True), operation_id="list_search_terms",
        tags=["ads"],
    )  # fmt: skip
    def get(self, request, code: str):
        """List the searches, those that cost most first. Keywords and negatives are changed with the ad group."""
        campaign = get_object_or_404(own(Campaign, self.merchant).select_related("merchant"), code=code)
        pages = Pages()
        page = pages.paginate_queryset(
            report(campaign, **days_of(MonthSerializer, request, self.merchant)), request, self
        )
        return pages.get_paginated_response(TermSerializer(page, many=True).data)
