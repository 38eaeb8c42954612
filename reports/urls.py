"""Addresses of the reports room."""

from django.urls import include, path

from .api import routes
from .api import views as api
from .reconciliation import views as reconciliation
from .views import across, building, cockpit, exports, runs, why

app_name = "reports"
urlpatterns = [
    path("console/<merchant>/", cockpit.cockpit, name="cockpit"),
    path("console/<merchant>/live/", cockpit.live, name="cockpit_live"),
    path("console/<merchant>/behind/<code>/", cockpit.behind, name="behind"),
    path("console/<merchant>/campaigns/<campaign>/results/", cockpit.campaign, name="campaign"),
    path("console/<merchant>/orders/<order>/why/", why.order_trail, name="order_trail"),
    path("console/<merchant>/reports/", building.reports, name="reports"),
    path("console/<merchant>/reports/ask/", building.report, name="report"),
    path("console/<merchant>/reports/runs/", runs.runs, name="runs"),
    path("console/<merchant>/reports/runs/<run>/", runs.run, name="run"),
    path("console/<merchant>/reports/runs/<run>/cancel/", runs.run_cancel, name="run_cancel"),
    path("console/<merchant>/reports/runs/<run>/retry/", runs.run_retry, name="run_retry"),
    path("console/<merchant>/reports/runs/<run>/file/<file_format>/", runs.run_file, name="run_file"),
    path("console/<merchant>/reports/runs/<run>/against/<other>/", runs.run_changes, name="run_changes"),
    path("console/<merchant>/reports/saved/", runs.save, name="report_save"),
    path("console/<merchant>/reports/saved/<saved>/", runs.saved, name="saved_report"),
    path("console/<merchant>/reports/saved/<saved>/run/", runs.saved_run, name="saved_report_run"),
    path("console/<merchant>/reports/saved/<saved>/schedule/", runs.saved_schedule, name="saved_report_schedule"),
    path("console/<merchant>/reports/saved/<saved>/remove/", runs.saved_remove, name="saved_report_remove"),
    path("console/<merchant>/reports/saved/<saved>/restore/", runs.saved_restore, name="saved_report_restore"),
    path("console/<merchant>/exports/", exports.exports, name="exports"),
    path("console/<merchant>/exports/new/", exports.export_new, name="export_new"),
    path("console/<merchant>/exports/<export>/", exports.export, name="export"),
    path("console/<merchant>/exports/<export>/cancel/", exports.export_cancel, name="export_cancel"),
    path("console/<merchant>/exports/<export>/file/", exports.export_file, name="export_file"),
    path("console/<merchant>/reconciliation/", reconciliation.index, name="reconciliation"),
    path("console/<merchant>/reconciliation/<day>/", reconciliation.day, name="reconciliation_day"),
    path("platform/reconciliation/", reconciliation.across, name="reconciliations"),
    path("ka/portfolio/", across.portfolio, name="portfolio"),
    path("platform/", across.platform, name="platform"),
    path("metrics/", cockpit.metrics, name="metrics"),
    path("api/v1/reports/", include(routes)),
    path("api/v1/reports/days", api.Days.as_view(), name="api_days"),
    path("api/v1/reports/summary", api.Summary.as_view(), name="api_summary"),
    path("api/v1/reports/ladder", api.Ladder.as_view(), name="api_ladder"),
    path("api/v1/reports/exports", api.Exports.as_view(), name="api_exports"),
    path("api/v1/reports/exports/<slug:code>", api.ExportDetail.as_view(), name="api_export"),
    path("api/v1/reports/exports/<slug:code>/file", api.ExportFile.as_view(), name="api_export_file"),
]
