"""The API's way to become a shopper."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from shops.api_base import ShopperAPIView
from shops.shopper import seal


class ShopperSerializer(serializers.Serializer):
    """The sealed id that a client sends back as `X-Shopper`."""

    shopper = serializers.CharField(read_only=True)


class Shoppers(ShopperAPIView):
    """New shoppers."""

    @extend_schema(request=None, responses={201: ShopperSerializer}, operation_id="create_shopper", tags=["shopping"])
    def post(self, request):
        """Give out a fresh shopper id; nothing is stored until the shopper does something."""
        return Response({"shopper": seal(uuid.uuid4())}, status=status.HTTP_201_CREATED)
