"""Addresses of promotion seasons, included by those of the reports room."""

from django.urls import path

from shops.people.rights import Right
from shops.tenancy import operator_page, portfolio_page

from ..api import season as api
from ..views import season as views

lent = portfolio_page(Right.REPORTS_VIEW)
urlpatterns = [
    path("platform/seasons/", views.seasons, name="seasons"),
    path("platform/seasons/new/", views.season_new, name="season_new"),
    path("platform/seasons/<season>/", views.season_edit, name="season_edit"),
    path("platform/seasons/<season>/remove/", views.season_remove, name="season_remove"),
    path("platform/season/", views.of_all(views.season), name="platform_season"),
    path("platform/season/merchants/", views.of_all(views.merchants), name="platform_season_merchants"),
    path("platform/season/merchants/file/", views.of_all(views.merchants_file), name="platform_season_merchants_file"),
    path("platform/season/brands/", views.of_all(views.season_brands), name="platform_season_brands"),
    path("platform/season/brands/file/", views.of_all(views.brands_file), name="platform_season_brands_file"),
    path("ka/season/", views.of_lent(views.season), name="ka_season"),
    path("ka/season/merchants/", views.of_lent(views.merchants), name="ka_season_merchants"),
    path("ka/season/merchants/file/", views.of_lent(views.merchants_file), name="ka_season_merchants_file"),
    path("ka/season/brands/", views.of_lent(views.season_brands), name="ka_season_brands"),
    path("ka/season/brands/file/", views.of_lent(views.brands_file), name="ka_season_brands_file"),
    path("console/<merchant>/season/", views.of_one(views.season), name="season"),
    path("console/<merchant>/season/brands/", views.of_one(views.season_brands), name="season_brands"),
    path("console/<merchant>/season/brands/file/", views.of_one(views.brands_file), name="season_brands_file"),
    path("api/v1/reports/season", api.OfMerchant.as_view(), name="api_season"),
    path("api/v1/reports/season/brands", api.BrandsOfMerchant.as_view(), name="api_season_brands"),
    path("api/v1/platform/season", operator_page(api.OfAll.as_view()), name="api_platform_season"),
    path(
        "api/v1/platform/season/merchants",
        operator_page(api.MerchantsOfAll.as_view()),
        name="api_platform_season_merchants",
    ),
    path("api/v1/platform/season/brands", operator_page(api.BrandsOfAll.as_view()), name="api_platform_season_brands"),
    path("api/v1/ka/season", lent(api.OfLent.as_view()), name="api_ka_season"),
    path("api/v1/ka/season/merchants", lent(api.MerchantsOfLent.as_view()), name="api_ka_season_merchants"),
    path("api/v1/ka/season/brands", lent(api.BrandsOfLent.as_view()), name="api_ka_season_brands"),
]
