"""Addresses of stores."""

from django.urls import path

from . import views

CONSOLE = "console/<merchant>/stores/"

urlpatterns = [
    path(CONSOLE, views.stores, name="stores"),
    path(f"{CONSOLE}new/", views.store_new, name="store_new"),
    path(f"{CONSOLE}<store>/", views.store, name="store"),
    path(f"{CONSOLE}<store>/archive/", views.store_archive, name="store_archive"),
]
