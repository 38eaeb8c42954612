"""Reviews by shoppers' programs."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from shops.api_base import ShopperAPIView
from shops.reviews import writing
from shops.reviews.api import ReviewSerializer

from ..models import Order
from .purchases import NotDelivered, line_of, purchase

SHOPPER = OpenApiParameter("X-Shopper", str, OpenApiParameter.HEADER, description="As POST shoppers gave it")


class ReviewWrite(serializers.Serializer):
    """What a shopper says of a line of her order."""

    line = serializers.CharField(max_length=24, help_text="Code of the order's line")
    stars = serializers.IntegerField(min_value=1, max_value=5)
    text = serializers.CharField(max_length=writing.LONGEST, allow_blank=True, default="")


class NotYet(Problem):
    status_code = 409
    code = "not_delivered"
    title = "What has not come yet cannot be reviewed"


class Over(Problem):
    status_code = 409
    code = "too_late"
    title = "The time to write or change this review is over"


class ReviewsView(ShopperAPIView):
    @extend_schema(
        operation_id="reviews_create", parameters=[SHOPPER], request=ReviewWrite, responses={201: ReviewSerializer},
        tags=["shopping"],
    )  # fmt: skip
    def post(self, request):
        """Review a line that was delivered, within 60 days; again within 7 days, change the review."""
        asked = ReviewWrite(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        line = line_of(Order.objects.filter(shopper=request.shopper), said["line"])
        try:
            made = writing.write(purchase(line), stars=said["stars"], text=said["text"], at=clock.now())
        except NotDelivered as error:
            raise NotYet from error
        except writing.TooLate as error:
            raise Over from error
        return Response(ReviewSerializer(made).data, status=status.HTTP_201_CREATED)
