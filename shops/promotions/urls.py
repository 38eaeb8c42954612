"""Addresses of promotions: the merchant's, the operator's, the shopper's and those of programs."""

from django.urls import path

from . import api
from .views import console, platform, shopper

CONSOLE = "console/<merchant>/promotions/"
PLATFORM = "platform/promotions/"

urlpatterns = [
    path(CONSOLE, console.promotions, name="promotions"),
    path(f"{CONSOLE}new/", console.promotion_new, name="promotion_new"),
    path(f"{CONSOLE}<promotion>/", console.promotion, name="promotion"),
    path(f"{CONSOLE}<promotion>/edit/", console.promotion_edit, name="promotion_edit"),
    path(f"{CONSOLE}<promotion>/state/", console.promotion_state, name="promotion_state"),
    path(f"{CONSOLE}<promotion>/copy/", console.promotion_copy, name="promotion_copy"),
    path(PLATFORM, platform.promotions, name="platform_promotions"),
    path(f"{PLATFORM}new/", platform.promotion_new, name="platform_promotion_new"),
    path(f"{PLATFORM}<promotion>/", platform.promotion, name="platform_promotion"),
    path(f"{PLATFORM}<promotion>/edit/", platform.promotion_edit, name="platform_promotion_edit"),
    path(f"{PLATFORM}<promotion>/state/", platform.promotion_state, name="platform_promotion_state"),
    path(f"{PLATFORM}<promotion>/copy/", platform.promotion_copy, name="platform_promotion_copy"),
    path("coupons/<coupon>/claim/", shopper.coupon_claim, name="coupon_claim"),
    path("my/coupons/", shopper.my_coupons, name="my_coupons"),
    path("api/v1/promotions", api.Promotions.as_view(), name="api_promotions"),
    path("api/v1/promotions/<str:code>", api.PromotionDetail.as_view(), name="api_promotion"),
]
