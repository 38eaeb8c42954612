"""Addresses of the catalogue: console pages and the open API."""

from django.urls import path

from . import api, api_imports
from .views import imports, products

CONSOLE = "console/<merchant>/"

urlpatterns = [
    path(f"{CONSOLE}products/", products.products, name="products"),
    path(f"{CONSOLE}products/new/", products.product_new, name="product_new"),
    path(f"{CONSOLE}products/state/", products.products_state, name="products_state"),
    path(f"{CONSOLE}products/undo/", products.products_undo, name="products_undo"),
    path(f"{CONSOLE}products/<product>/", products.product, name="product"),
    path(f"{CONSOLE}imports/", imports.imports, name="imports"),
    path(f"{CONSOLE}imports/new/", imports.import_new, name="import_new"),
    path(f"{CONSOLE}imports/<run>/", imports.import_run, name="import_run"),
    path(f"{CONSOLE}imports/<run>/problems.csv", imports.import_problems, name="import_problems"),
    path(f"{CONSOLE}imports/<run>/apply/", imports.import_apply, name="import_apply"),
    path(f"{CONSOLE}imports/<run>/cancel/", imports.import_cancel, name="import_cancel"),
    path("api/v1/categories", api.Categories.as_view(), name="api_categories"),
    path("api/v1/products", api.OfferedProducts.as_view(), name="api_offered_products"),
    path("api/v1/catalogue/products", api.Products.as_view(), name="api_products"),
    path("api/v1/catalogue/products/<str:code>", api.ProductDetail.as_view(), name="api_product"),
    path("api/v1/variants/<path:sku>", api.VariantDetail.as_view(), name="api_variant"),
    path("api/v1/imports", api_imports.Imports.as_view(), name="api_imports"),
    path("api/v1/imports/<str:code>", api_imports.ImportDetail.as_view(), name="api_import"),
    path("api/v1/imports/<str:code>/apply", api_imports.ImportApply.as_view(), name="api_import_apply"),
]
