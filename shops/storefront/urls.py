"""Addresses of the storefront, of becoming a shopper by API, and of pictures."""

from django.conf import settings
from django.urls import path

from . import api, views
from .media import favicon, media

urlpatterns = [
    path("", views.feed, name="feed"),
    path("search/", views.search, name="search"),
    path("p/<code>/", views.product, name="product"),
    path("s/<slug>/", views.shop, name="shop"),
    path("n/<code>/", views.note, name="note"),
    path("api/v1/shoppers", api.Shoppers.as_view(), name="api_shoppers"),
    path("favicon.ico", favicon, name="favicon"),
    path(f"{settings.MEDIA_URL.strip('/')}/<path:path>", media, name="media"),
]
