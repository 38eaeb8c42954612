"""Addresses of the shops room."""

from django.urls import include, path

app_name = "shops"
urlpatterns = [
    path("", include("shops.accounts.urls")),
    path("", include("shops.storefront.urls")),
    path("", include("shops.people.urls")),
    path("", include("shops.hooks.urls")),
    path("", include("shops.onboarding.urls")),
    path("", include("shops.catalogue.urls")),
    path("", include("shops.content.urls")),
    path("", include("shops.delivery.urls")),
    path("", include("shops.stores.urls")),
    path("", include("shops.promotions.urls")),
    path("", include("shops.reviews.urls")),
    path("", include("shops.promotions.timed_urls")),
]
