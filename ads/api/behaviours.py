"""What shoppers do on the storefront's own pages, and their word on personalised ads."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from shops.api_base import ShopperAPIView
from shops.storefront import showing

from ..audiences import has_opted_out, note, opt_in, opt_out
from ..models import Behaviour
from ..visitors import visitor_of

VIEW, READ = Behaviour.Kind.VIEW, Behaviour.Kind.READ


class BehaviourSerializer(serializers.Serializer):
    """A product page was viewed, or a note was read."""

    kind = serializers.ChoiceField(choices=[VIEW, READ])
    code = serializers.CharField(max_length=24, help_text="Of the product, or of the note")


class PersonalisedSerializer(serializers.Serializer):
    """Whether ads follow what the shopper did."""

    is_on = serializers.BooleanField()


class Behaviours(ShopperAPIView):
    """What a shopper does."""

    @extend_schema(request=BehaviourSerializer, responses={204: None}, operation_id="note_behaviour", tags=["shopping"])
    def post(self, request):
        """Note what a shopper did with a product, once a day; robots, prefetches and unknown shoppers leave nothing."""
        said = BehaviourSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        products = _products(**said.validated_data)
        visitor = visitor_of(request._request)
        if request._request.is_known_shopper and not visitor.verdict():
            others = [pair for pair in products if pair[1] not in visitor.employers]
            note(said.validated_data["kind"], shopper=request.shopper, products=others, at=clock.now())
        return Response(status=204)


def _products(kind: str, code: str) -> list[tuple[int, int]]:
    """Return the products that were dealt with, and their merchants. Raises Http404 for what nobody can see."""
    if kind == VIEW:
        found = list(showing.products().filter(code=code).values_list("pk", "merchant_id"))
        if not found:
            raise Http404
        return found
    read = showing.notes().filter(code=code).first()
    if read is None:
        raise Http404
    return list(read.products.values_list("pk", "merchant_id"))


class PersonalisedAds(ShopperAPIView):
    """The shopper's word on personalised ads."""

    @extend_schema(responses=PersonalisedSerializer, operation_id="get_personalised_ads", tags=["shopping"])
    def get(self, request):
        """Tell whether ads follow what the shopper did."""
        return Response({"is_on": not has_opted_out(request.shopper)})

    @extend_schema(
        request=PersonalisedSerializer, responses=PersonalisedSerializer, operation_id="set_personalised_ads",
        tags=["shopping"],
    )  # fmt: skip
    def put(self, request):
        """Switch it; off deletes what was noted and leaves every audience."""
        said = PersonalisedSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        if said.validated_data["is_on"]:
            opt_in(request.shopper, at=clock.now())
        else:
            opt_out(request.shopper, at=clock.now())
        return Response(said.data)
