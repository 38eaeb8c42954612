"""Addresses of reviewing what has come."""

from django.urls import path

from . import api, views

urlpatterns = [
    path("my/orders/<slug:order>/review/<slug:line>/", views.review, name="review"),
    path("console/<slug:merchant>/lines/<slug:line>/", views.order_of_line, name="order_of_line"),
    path("api/v1/reviews", api.ReviewsView.as_view(), name="api_reviews"),
]
