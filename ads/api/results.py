"""What campaigns brought, for a merchant's programs: the numbers of the console's pages, whatever they are split by."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shops.api_base import MerchantAPIView
from shops.people.rights import Right
from shops.tenancy import own

from .. import performance
from ..models import Ad, Campaign, Keyword, Placement
from ..performance import Result
from .campaigns import CODE
from .days import FortnightSerializer, days_of
from .paging import PAGE, Pages
from .saying import money

BY = ("group", "ad", "keyword", "placement", "day", "hour")


def _ratio(**options) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=None, decimal_places=4, rounding="ROUND_HALF_UP", **options)


class NumbersSerializer(serializers.Serializer):
    """Valid events, what they cost, and what last clicks within 7 days are credited with; a ratio of nothing is null.

    Money is in the shop's currency. `spend` is net of what was given back, `settled_sales` of refunds.
    """

    impressions = serializers.IntegerField()
    viewable = serializers.IntegerField()
    clicks = serializers.IntegerField()
    engagements = serializers.IntegerField()
    spend = money()
    orders = serializers.IntegerField()
    new_customers = serializers.IntegerField()
    sales = money()
    settled_sales = money()
    ctr = serializers.FloatField(allow_null=True)
    cpc = money(allow_null=True)
    cpm = money(allow_null=True, help_text="Per 1,000 viewable impressions")
    cvr = serializers.FloatField(allow_null=True)
    cost_per_order = money(allow_null=True)
    roi = _ratio(allow_null=True)
    settled_roi = _ratio(allow_null=True)
    cost_per_new_customer = money(allow_null=True)
    engagement_rate = serializers.FloatField(allow_null=True)
    cost_per_engagement = money(allow_null=True)


class NumbersRowSerializer(NumbersSerializer):
    """The numbers of one part.

    `key` is the code of a campaign, group or ad, the text of a keyword, a placement, a local day, or an hour of the
    shop's clock (0 to 23); null stands for what no keyword of now has reached.
    """

    key = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_blank=True)
    group = serializers.CharField(allow_null=True, help_text="Code of the group of an ad or a keyword")
    match = serializers.ChoiceField(Keyword.Match.choices, allow_null=True, help_text="Of a keyword")

    def to_representation(self, row: tuple[dict, Result]) -> dict:
        what, result = row
        return {**what, **NumbersSerializer(result).data}


class NumbersPageSerializer(serializers.Serializer):
    """What some local days brought as a whole, and a page of its parts."""

    first = serializers.DateField()
    last = serializers.DateField()
    currency = serializers.CharField()
    time_zone = serializers.CharField()
    total = NumbersSerializer()
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = NumbersRowSerializer(many=True)


class SplitSerializer(FortnightSerializer):
    """Local days of the merchant, both included, the last 14 with today when left out; and what to split by."""

    by = serializers.ChoiceField(BY, default="day")


class ResultsView(MerchantAPIView):
    """Numbers of local days."""

    rights = {"GET": Right.ADS_VIEW}

    def answer(self, request, days: tuple[date, date], total: Result, rows: list) -> Response:
        pages = Pages()
        page = pages.paginate_queryset(rows, request)
        head = {"currency": self.merchant.currency, "time_zone": self.merchant.time_zone, "total": total}
        return Response(NumbersPageSerializer(pages.headed(page, first=days[0], last=days[1], **head)).data)


class CampaignsResults(ResultsView):
    """What all campaigns brought."""

    @extend_schema(
        parameters=[FortnightSerializer, PAGE], responses=NumbersPageSerializer, operation_id="list_campaign_results",
        tags=["ads"],
    )  # fmt: skip
    def get(self, request):
        """Show what each campaign brought in some days, the newest campaign first, and all of them together."""
        said = days_of(FortnightSerializer, request, self.merchant)
        days = said["first"], said["last"]
        found = performance.by_campaign(self.merchant, *days)
        campaigns = own(Campaign, self.merchant).order_by("-created_at", "-pk").values_list("pk", "code", "name")
        rows = [(_part(code, name), found.get(pk, Result())) for pk, code, name in campaigns]
        return self.answer(request, days, performance.total(found.values()), rows)


class CampaignResults(ResultsView):
    """What one campaign brought."""

    @extend_schema(
        parameters=[CODE, SplitSerializer, PAGE], responses=NumbersPageSerializer, operation_id="get_campaign_results",
        tags=["ads"],
    )  # fmt: skip
    def get(self, request, code: str):
        """Show what a campaign brought in some days, by its groups, ads, keywords, placements, by day or by hour."""
        campaign = get_object_or_404(own(Campaign, self.merchant).select_related("merchant"), code=code)
        said = days_of(SplitSerializer, request, self.merchant)
        days = said["first"], said["last"]
        found = READERS[said["by"]](campaign, *days)
        daily = found if said["by"] == "day" else performance.by_day(campaign, *days)
        return self.answer(request, days, performance.total(daily.values()), list(PARTS[said["by"]](campaign, found)))


def _part(key: str | None, name: str = "", *, group: str | None = None, match: str | None = None) -> dict[str, Any]:
    return {"key": key, "name": name, "group": group, "match": match}


Rows = Iterator[tuple[dict[str, Any], Result]]


def _groups(campaign: Campaign, found: Mapping[int, Result]) -> Rows:
    for group in campaign.groups.order_by("pk"):
        yield _part(group.code, group.name), found.get(group.pk, Result())


def _ads(campaign: Campaign, found: Mapping[int, Result]) -> Rows:
    ads: QuerySet[Ad] = campaign.ads.select_related("product", "note", "group").order_by("state", "pk")
    for ad in ads:
        yield _part(ad.code, (ad.note or ad.product).title, group=ad.group.code), found.get(ad.pk, Result())


def _keywords(campaign: Campaign, found: Mapping[int | None, Result]) -> Rows:
    """Yield the keywords, the dearest first; at last what none of them reached, or one that is no more."""
    groups = campaign.groups.prefetch_related("keywords")
    words = {word.pk: (word, group) for group in groups for word in group.keywords.all()}
    results = {pk: found.get(pk, Result()) for pk in words}
    for pk in sorted(words, key=lambda pk: (-results[pk].spend, pk)):
        word, group = words[pk]
        yield _part(word.text, word.text, group=group.code, match=word.match), results[pk]
    yield _part(None), performance.total(result for pk, result in found.items() if pk not in results)


def _placements(_campaign: Campaign, found: Mapping[str, Result]) -> Rows:
    for placement in Placement:
        yield _part(placement.value, str(placement.label)), found.get(placement.value, Result())


def _times(_campaign: Campaign, found: Mapping[date | int, Result]) -> Rows:
    for key, result in found.items():
        yield _part(str(key)), result


READERS: Mapping[str, Callable] = {
    "group": performance.by_group, "ad": performance.by_ad, "keyword": performance.by_keyword,
    "placement": performance.by_placement, "day": performance.by_day, "hour": performance.by_hour,
}  # fmt: skip
PARTS: Mapping[str, Callable[[Campaign, Mapping], Rows]] = {
    "group": _groups, "ad": _ads, "keyword": _keywords, "placement": _placements, "day": _times, "hour": _times,
}  # fmt: skip
