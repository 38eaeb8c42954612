"""Addresses of the reports room."""

from django.urls import path

from .views import cockpit, why

app_name = "reports"
urlpatterns = [
    path("console/<merchant>/", cockpit.cockpit, name="cockpit"),
    path("console/<merchant>/live/", cockpit.live, name="cockpit_live"),
    path("console/<merchant>/behind/<code>/", cockpit.behind, name="behind"),
    path("console/<merchant>/orders/<order>/why/", why.order_trail, name="order_trail"),
    path("metrics/", cockpit.metrics, name="metrics"),
]
