"""Addresses of reviews: the merchant's, the operator's and those of programs."""

from django.urls import path

from . import api
from .views import console, platform

CONSOLE = "console/<merchant>/reviews/"
PLATFORM = "platform/reviews/"

urlpatterns = [
    path(CONSOLE, console.reviews, name="reviews"),
    path(f"{CONSOLE}<review>/reply/", console.review_reply, name="review_reply"),
    path(PLATFORM, platform.reviews, name="platform_reviews"),
    path(f"{PLATFORM}<review>/hide/", platform.review_hide, name="platform_review_hide"),
    path("api/v1/products/<str:code>/reviews", api.Reviews.as_view(), name="api_product_reviews"),
]
