"""The shopper's side: asking for ads."""

from functools import cache

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from shops.api_base import ShopperAPIView

from ..auction import Request
from ..auction.decide import Empty
from ..models import Placement
from ..serving import Served, serve


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
