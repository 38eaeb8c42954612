"""Addresses of the notes in the console."""

from django.urls import path

from . import views

CONSOLE = "console/<merchant>/"

urlpatterns = [
    path(f"{CONSOLE}notes/", views.notes, name="notes"),
    path(f"{CONSOLE}notes/new/", views.note_new, name="note_new"),
    path(f"{CONSOLE}notes/<note>/", views.note, name="note"),
    path(f"{CONSOLE}notes/<note>/state/", views.note_state, name="note_state"),
]
