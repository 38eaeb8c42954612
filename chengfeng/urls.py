"""The map of addresses: each room brings its own, and the busiest room comes first."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView

from shops.accounts.views import operator_login

from . import health

handler404 = "chengfeng.http.not_found"
handler500 = "chengfeng.http.server_error"

urlpatterns = [
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("language/", set_language, name="set_language"),
    path("admin/login/", operator_login, name="operator_login"),
    path("admin/", admin.site.urls),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("", include("ads.urls")),
    path("", include("orders.urls")),
    path("", include("reports.urls")),
    path("", include("shops.urls")),
]
