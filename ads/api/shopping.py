"""The shopper's side: asking for ads, and reporting what happened to them."""

from datetime import datetime
from functools import cache

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from shops.api_base import ShopperAPIView

from ..auction import Request
from ..auction.decide import Empty
from ..models import EventKind, Placement
from ..serving import Served, serve
from ..tracking import Report, Result, track
from ..visitors import visitor_of

MOST_EVENTS = 1000
MALFORMED = Result("rejected", "malformed")
KINDS = frozenset(EventKind.values)


class DecisionRequestSerializer(serializers.Serializer):
    """A page with room for ads."""

    placement = serializers.ChoiceField(choices=Placement.choices)
    slots = serializers.IntegerField(min_value=1, max_value=12)
    query = serializers.CharField(max_length=200, required=False, allow_blank=True, help_text="What was searched for")
    category = serializers.CharField(max_length=80, required=False, allow_blank=True, help_text="Slug of a category")
    product = serializers.CharField(
        max_length=24, required=False, allow_blank=True, help_text="Code; is not advertised"
    )
    exclude = serializers.ListField(
        child=serializers.CharField(max_length=24), max_length=200, required=False, help_text="Codes of products"
    )


PAGE = DecisionRequestSerializer()  # validating keeps no state, and making one anew costs more than a decision


class ShopSerializer(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()


class AdvertisedProductSerializer(serializers.Serializer):
    """The product that an ad shows."""

    code = serializers.CharField()
    title = serializers.CharField()
    title_en = serializers.CharField()
    price = serializers.DecimalField(max_digits=18, decimal_places=4, allow_null=True)
    currency = serializers.CharField()
    image = serializers.CharField(allow_null=True)
    merchant = ShopSerializer()


class AdSerializer(serializers.Serializer):
    """An ad to show; report its events with the token."""

    token = serializers.CharField()
    position = serializers.IntegerField()
    product = AdvertisedProductSerializer()
    click_url = serializers.CharField()


class DecisionSerializer(serializers.Serializer):
    ads = AdSerializer(many=True)
    reason = serializers.ChoiceField(choices=[(e.value, e.value) for e in Empty], allow_null=True)


class EventSerializer(serializers.Serializer):
    """What happened to an ad; without `at`, now."""

    token = serializers.CharField()
    kind = serializers.ChoiceField(choices=EventKind.choices)
    at = serializers.DateTimeField(required=False, allow_null=True)


class EventsSerializer(serializers.Serializer):
    events = EventSerializer(many=True, max_length=MOST_EVENTS, min_length=1)


class ResultSerializer(serializers.Serializer):
    """Accepted, seen before (duplicate), kept but not counted (invalid), or not ours (rejected)."""

    status = serializers.ChoiceField(choices=["accepted", "duplicate", "invalid", "rejected"])
    reason = serializers.CharField(required=False)


class ResultsSerializer(serializers.Serializer):
    results = ResultSerializer(many=True)


class NotABatch(Problem):
    code = "invalid"
    title = f"The body must be an object whose member events is a list of 1 to {MOST_EVENTS} events"


class Decisions(ShopperAPIView):
    """Ads for a page."""

    @extend_schema(
        request=DecisionRequestSerializer, responses=DecisionSerializer, operation_id="decide", tags=["shopping"]
    )
    def post(self, request):
        """Decide which ads a page shows, best first; an empty answer says why."""
        said = PAGE.run_validation(request.data)
        page = Request(
            said["placement"], said["slots"], said.get("query", ""), said.get("category", ""),
            said.get("product", ""), frozenset(said.get("exclude", ())),
        )  # fmt: skip
        ads, reason = serve(page, shopper=request.shopper, at=clock.now())
        return Response({"ads": [_ad(ad) for ad in ads], "reason": reason})


@cache
def click_address() -> str:
    """Return the address of clicks with a gap for the token; asking the map of addresses for each ad is slow."""
    return reverse("ads:click", args=["token"]).replace("token", "{}")


def _ad(ad: Served) -> dict:
    product = ad.product
    return {
        "token": ad.token,
        "position": ad.position,
        "product": {
            "code": product.code,
            "title": product.title,
            "title_en": product.title_en,
            "price": None if product.price is None else str(product.price),
            "currency": product.currency,
            "image": product.image or None,
            "merchant": {"slug": product.merchant.slug, "name": product.merchant.name},
        },
        "click_url": click_address().format(ad.token),
    }


class Events(ShopperAPIView):
    """What became of served ads."""

    @extend_schema(request=EventsSerializer, responses=ResultsSerializer, operation_id="track", tags=["shopping"])
    def post(self, request):
        """Report up to 1,000 events; each has its own result, in their order. Repeating a batch is harmless."""
        events = request.data.get("events") if isinstance(request.data, dict) else None
        if not isinstance(events, list) or not 1 <= len(events) <= MOST_EVENTS:
            raise NotABatch
        reports = [_report(event) for event in events]
        known = [report for report in reports if report]
        results = iter(track(known, received_at=clock.now(), visitor=visitor_of(request._request)))
        return Response({"results": [_result(next(results) if report else MALFORMED) for report in reports]})


def _report(event: object) -> Report | None:
    """Read one event of a batch; None when it is not one."""
    if not isinstance(event, dict):
        return None
    token, kind, at = event.get("token"), event.get("kind"), event.get("at")
    if not isinstance(token, str) or not isinstance(kind, str) or kind not in KINDS:
        return None
    moment = _moment(at) if at is not None else None
    return None if at is not None and moment is None else Report(token, kind, moment)


def _moment(text: object) -> datetime | None:
    """Return the aware instant that a text names, or None."""
    try:
        moment = parse_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment if moment and moment.tzinfo else None


def _result(result: Result) -> dict:
    return {"status": result.status} | ({"reason": result.reason} if result.reason else {})
