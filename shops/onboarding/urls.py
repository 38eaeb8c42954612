"""Addresses of the key-account workspace."""

from django.urls import path

from . import views

urlpatterns = [
    path("ka/", views.ka_brands, name="ka_brands"),
    path("ka/brands/new/", views.ka_brand_new, name="ka_brand_new"),
    path("ka/brands/<code>/", views.ka_brand, name="ka_brand"),
    path("ka/brands/<code>/company/", views.ka_company, name="ka_company"),
    path("ka/brands/<code>/documents/", views.ka_papers, name="ka_papers"),
    path("ka/brands/<code>/documents/<document>/", views.ka_paper, name="ka_paper"),
    path("ka/brands/<code>/opening/", views.ka_open_shop, name="ka_open_shop"),
    path("ka/brands/<code>/delegation/", views.ka_extend, name="ka_extend"),
    path("ka/brands/<code>/offer/", views.ka_offer, name="ka_offer"),
    path("ka/brands/<code>/offer/withdraw/", views.ka_withdraw, name="ka_withdraw"),
]
