"""Reviews for shoppers' programs: what was said of a product."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from ..api_base import ShopperAPIView
from ..catalogue.api import paged
from ..models import Merchant, Product
from .models import Review
from .reading import STARS, reviews_of


class ReviewSerializer(serializers.ModelSerializer):
    """A review by somebody who bought the product here, with the shop's reply."""

    variant = serializers.SlugRelatedField("code", read_only=True)
    photos = serializers.SerializerMethodField()

    class Meta:
        model = Review
        fields = ["code", "variant", "author", "stars", "text", "photos", "created_at", "edited_at", "reply",
                  "replied_at"]  # fmt: skip

    def get_photos(self, review: Review) -> list[str]:
        return [photo.image.url for photo in review.photos.all()]


class Reviews(ShopperAPIView):
    """The reviews of a product."""

    @extend_schema(
        parameters=[
            OpenApiParameter("code", str, OpenApiParameter.PATH, description="Code of the product"),
            OpenApiParameter("stars", int, enum=STARS),
            OpenApiParameter("photos", bool, description="With photos only"),
            OpenApiParameter("page", int), OpenApiParameter("page_size", int, description="At most 200."),
        ],
        responses=ReviewSerializer(many=True), operation_id="list_reviews", tags=["catalogue"],
    )  # fmt: skip
    def get(self, request, code: str):
        """List the reviews of a product on sale, the latest first."""
        stars = request.query_params.get("stars", "")
        if stars and stars not in map(str, STARS):
            raise ValidationError({"stars": ["A whole number from 1 to 5."]}, "unknown")
        on_sale = Product.objects.filter(state=Product.State.ACTIVE, merchant__state=Merchant.State.OPEN)
        product = get_object_or_404(on_sale.defer("search"), code=code)
        with_photos = request.query_params.get("photos", "").lower() in ("1", "true")
        rows = reviews_of(product, stars=int(stars or 0) or None, with_photos=with_photos)
        return paged(self, rows, ReviewSerializer)
