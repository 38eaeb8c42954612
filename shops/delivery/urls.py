"""Addresses of delivery: console pages and the open API."""

from django.urls import path

from . import api, views

CONSOLE = "console/<merchant>/shipping/"

urlpatterns = [
    path(CONSOLE, views.templates, name="shipping"),
    path(f"{CONSOLE}new/", views.template_new, name="shipping_new"),
    path(f"{CONSOLE}<template>/", views.template, name="shipping_template"),
    path(f"{CONSOLE}<template>/archive/", views.template_archive, name="shipping_archive"),
    path(f"{CONSOLE}<template>/products/", views.template_products, name="shipping_products"),
    path("api/v1/shipping-templates", api.ShippingTemplates.as_view(), name="api_shipping_templates"),
    path("api/v1/shipping-templates/<str:code>", api.ShippingTemplateDetail.as_view(), name="api_shipping_template"),
]
