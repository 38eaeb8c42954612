"""The shopper's side: asking for ads, one auction or a whole page of them."""

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers

from chengfeng import clock
from shops.api_base import ShopperAPIView

from ..auction import Empty, Request
from ..auction.page import MOST_AUCTIONS, MOST_SLOTS
from ..models import Placement
from ..serving import serve
from . import lean

MOST_IN_ONE = 12  # slots of one auction


class AuctionSerializer(serializers.Serializer):
    """A part of a page with room for ads."""

    placement = serializers.ChoiceField(choices=Placement.choices)
    slots = serializers.IntegerField(min_value=1, max_value=MOST_IN_ONE)
    query = serializers.CharField(max_length=200, required=False, allow_blank=True, help_text="What was searched for")
    category = serializers.CharField(max_length=80, required=False, allow_blank=True, help_text="Slug of a category")
    product = serializers.CharField(
        max_length=24, required=False, allow_blank=True, help_text="Code; is not advertised"
    )
    exclude = serializers.ListField(
        child=serializers.CharField(max_length=24), max_length=200, required=False, help_text="Codes of products"
    )


class PageSerializer(serializers.Serializer):
    """A page whose auctions are decided together: no product comes twice, no shop too often."""

    auctions = AuctionSerializer(
        many=True, min_length=1, max_length=MOST_AUCTIONS, help_text=f"{MOST_SLOTS} slots in all"
    )

    def validate_auctions(self, auctions):
        if sum(auction["slots"] for auction in auctions) > MOST_SLOTS:
            raise serializers.ValidationError(f"A page has {MOST_SLOTS} slots at most", code="too_many_slots")
        return auctions


AUCTION, PAGE = AuctionSerializer(), PageSerializer()  # validating keeps no state, and making one anew is slow


class ShopSerializer(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()


class AdvertisedProductSerializer(serializers.Serializer):
    """The product that an ad leads to."""

    code = serializers.CharField()
    title = serializers.CharField()
    title_en = serializers.CharField()
    price = serializers.DecimalField(max_digits=18, decimal_places=4, allow_null=True)
    currency = serializers.CharField()
    image = serializers.CharField(allow_null=True)
    merchant = ShopSerializer()


class AdvertisedNoteSerializer(serializers.Serializer):
    """The note that an ad shows in place of its product."""

    code = serializers.CharField()
    title = serializers.CharField()
    title_en = serializers.CharField()
    image = serializers.CharField(allow_null=True)


class ServedAdSerializer(serializers.Serializer):
    """An ad to show; report its events with the token."""

    token = serializers.CharField()
    position = serializers.IntegerField()
    headline = serializers.CharField(allow_blank=True)
    note = AdvertisedNoteSerializer(allow_null=True)
    product = AdvertisedProductSerializer()
    click_url = serializers.CharField()


class DecisionSerializer(serializers.Serializer):
    """The ads of one auction, best first; an empty answer says why."""

    ads = ServedAdSerializer(many=True)
    reason = serializers.ChoiceField(choices=[(e.value, e.value) for e in Empty], allow_null=True)


class PageDecisionSerializer(serializers.Serializer):
    """What each auction of a page decided, in their order."""

    auctions = DecisionSerializer(many=True)


def _either(name: str, *choices: type[serializers.Serializer]) -> PolymorphicProxySerializer:
    return PolymorphicProxySerializer(component_name=name, serializers=choices, resource_type_field_name=None)


class Decisions(ShopperAPIView):
    """Ads for a page.

    What is written as it should be is read and answered without the framework, which costs more than a decision;
    everything else goes its way, and so are errors.
    """

    def dispatch(self, request, *args, **kwargs):
        asked = lean.read(request) if request.method == "POST" else None
        if asked is None:
            return super().dispatch(request, *args, **kwargs)
        return lean.answer(serve(asked.page, shopper=request.shopper, at=clock.now()), is_page=asked.is_page)

    @extend_schema(
        request=_either("DecisionRequest", AuctionSerializer, PageSerializer),
        responses=_either("DecisionAnswer", DecisionSerializer, PageDecisionSerializer),
        operation_id="decide",
        tags=["shopping"],
    )
    def post(self, request):
        """Decide which ads a page shows, best first; an empty answer says why.

        A page may hold up to five auctions, decided together under `auctions`, or be one auction by itself.
        """
        is_page = isinstance(request.data, dict) and "auctions" in request.data
        said = PAGE.run_validation(request.data)["auctions"] if is_page else [AUCTION.run_validation(request.data)]
        filled = serve([_request(each) for each in said], shopper=request.shopper, at=clock.now())
        return lean.answer(filled, is_page=is_page)


def _request(said: dict) -> Request:
    return Request(
        said["placement"], said["slots"], said.get("query", ""), said.get("category", ""), said.get("product", ""),
        frozenset(said.get("exclude", ())),
    )  # fmt: skip
