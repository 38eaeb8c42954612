"""Addresses of the storefront, of its API and of pictures."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.feed, name="feed"),
    path("search/", views.search, name="search"),
    path("p/<code>/", views.product, name="product"),
    path("s/<slug>/", views.shop, name="shop"),
    path("n/<code>/", views.note, name="note"),
]
