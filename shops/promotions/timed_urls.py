"""Addresses of flash sales and presales, in the console and in the shop."""

from django.urls import path

from .views import flash, presales, window

SALES = "console/<merchant>/flash-sales/"
PRESALES = "console/<merchant>/presales/"

urlpatterns = [
    path("flash/", window.flash, name="flash"),
    path(SALES, flash.sales, name="flash_sales"),
    path(f"{SALES}new/", flash.sale_new, name="flash_sale_new"),
    path(f"{SALES}<flash_sale>/", flash.sale, name="flash_sale"),
    path(f"{SALES}<flash_sale>/edit/", flash.sale_edit, name="flash_sale_edit"),
    path(f"{SALES}<flash_sale>/state/", flash.sale_state, name="flash_sale_state"),
    path(f"{SALES}<flash_sale>/items/<item>/", flash.item_units, name="flash_item"),
    path(PRESALES, presales.index, name="presales"),
    path(f"{PRESALES}new/", presales.new, name="presale_new"),
    path(f"{PRESALES}<presale>/", presales.show, name="presale"),
    path(f"{PRESALES}<presale>/edit/", presales.edit, name="presale_edit"),
    path(f"{PRESALES}<presale>/state/", presales.state, name="presale_state"),
]
