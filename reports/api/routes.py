"""Addresses of stored reports over the API."""

from django.urls import path

from . import building, why

urlpatterns = [
    path("orders/<slug:code>/why", why.OrderWhy.as_view(), name="api_order_why"),
    path("offers", building.ReportOffers.as_view(), name="api_report_offers"),
    path("ready-made", building.ReadyMade.as_view(), name="api_ready_made"),
    path("saved", building.SavedReports.as_view(), name="api_saved_reports"),
    path("saved/<slug:code>", building.SavedReportDetail.as_view(), name="api_saved_report"),
    path("saved/<slug:code>/restore", building.SavedReportRestore.as_view(), name="api_saved_report_restore"),
    path("saved/<slug:code>/schedule", building.Schedules.as_view(), name="api_report_schedule"),
    path("runs", building.Runs.as_view(), name="api_runs"),
    path("runs/<slug:code>", building.RunDetail.as_view(), name="api_run"),
    path("runs/<slug:code>/cancel", building.RunCancel.as_view(), name="api_run_cancel"),
    path("runs/<slug:code>/retry", building.RunRetry.as_view(), name="api_run_retry"),
    path("runs/<slug:code>/rows", building.RunRows.as_view(), name="api_run_rows"),
    path("runs/<slug:code>/behind", why.RunBehind.as_view(), name="api_run_behind"),
    path("runs/<slug:code>/file/<slug:file_format>", building.RunFile.as_view(), name="api_run_file"),
    path("runs/<slug:code>/against/<slug:other>", building.RunChanges.as_view(), name="api_run_changes"),
]
