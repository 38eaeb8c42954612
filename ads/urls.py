"""Addresses of the ads room."""

from django.urls import path

from .api import shopping
from .views import storefront

app_name = "ads"
urlpatterns = [
    path("ads/slot/", storefront.slot, name="slot"),
    path("ads/c/<token>/", storefront.click, name="click"),
    path("api/v1/decisions", shopping.Decisions.as_view(), name="api_decisions"),
    path("api/v1/events", shopping.Events.as_view(), name="api_events"),
]
