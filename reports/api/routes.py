"""Addresses of stored reports over the API: those of a shop, and the same over a portfolio."""

from collections.abc import Callable

from django.urls import URLPattern, path

from . import building, why
from .doors import across, of_shop


def _stored(door: Callable, name: str, *, saved: str, runs: str, against: str) -> list[URLPattern]:
    """Return what every audience has, by the words that its addresses are made of."""
    return [
        path("offers", door(building.ReportOffers), name=f"{name}_report_offers"),
        path("ready-made", door(building.ReadyMade), name=f"{name}_ready_made"),
        path(saved, door(building.SavedReports), name=f"{name}_saved_reports"),
        path(f"{saved}/<slug:code>", door(building.SavedReportDetail), name=f"{name}_saved_report"),
        path(f"{saved}/<slug:code>/restore", door(building.SavedReportRestore), name=f"{name}_saved_report_restore"),
        path(runs, door(building.Runs), name=f"{name}_runs"),
        path(f"{runs}/<slug:code>", door(building.RunDetail), name=f"{name}_run"),
        path(f"{runs}/<slug:code>/cancel", door(building.RunCancel), name=f"{name}_run_cancel"),
        path(f"{runs}/<slug:code>/retry", door(building.RunRetry), name=f"{name}_run_retry"),
        path(f"{runs}/<slug:code>/rows", door(building.RunRows), name=f"{name}_run_rows"),
        path(f"{runs}/<slug:code>/file/<slug:file_format>", door(building.RunFile), name=f"{name}_run_file"),
        path(f"{runs}/<slug:code>/{against}/<slug:other>", door(building.RunChanges), name=f"{name}_run_changes"),
    ]


shop = [
    *_stored(of_shop, "api", saved="saved", runs="runs", against="against"),
    path("saved/<slug:code>/schedule", of_shop(building.Schedules), name="api_report_schedule"),
    path("orders/<slug:code>/why", why.OrderWhy.as_view(), name="api_order_why"),
    path("runs/<slug:code>/behind", why.RunBehind.as_view(), name="api_run_behind"),
]
portfolio = [
    *_stored(across, "api_portfolio", saved="kept", runs="ran", against="beside"),
    path("kept/<slug:code>/schedule", across(building.OwnSchedules), name="api_portfolio_report_schedule"),
]
