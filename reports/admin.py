"""The operator's desk: facts per day, marks, the manifest of history, exports, and seasons to name."""

from django.contrib import admin

from chengfeng import clock
from chengfeng.admin import DeskAdmin, ReadOnlyAdmin

from .models import (
    Anomaly,
    AnomalyMute,
    CampaignDayFact,
    Echo,
    Export,
    FactsMark,
    HistoryDay,
    MerchantDay,
    PastHours,
    PaymentDay,
    ProductDay,
    ReconciledDay,
    ReconciliationRun,
    ReportRun,
    ReportSchedule,
    SavedReport,
    Season,
)
from .season import keeping


@admin.register(MerchantDay)
class MerchantDayAdmin(ReadOnlyAdmin):
    list_display = [
        "merchant", "day", "paid_orders", "paid_gmv", "ad_orders", "ad_gmv", "spend", "refunds", "is_final",
    ]  # fmt: skip
    list_filter = ["is_final"]
    list_select_related = ["merchant"]
    search_fields = ["merchant__name", "merchant__code"]
    date_hierarchy = "day"
    ordering = ["-day", "-pk"]


@admin.register(CampaignDayFact)
class CampaignDayFactAdmin(ReadOnlyAdmin):
    list_display = ["merchant", "day", "campaign", "impressions", "clicks", "spend", "ad_orders", "ad_gmv"]
    list_select_related = ["merchant", "campaign"]
    search_fields = ["campaign__code", "campaign__name", "merchant__code"]
    date_hierarchy = "day"
    ordering = ["-day", "-pk"]


@admin.register(ProductDay)
class ProductDayAdmin(ReadOnlyAdmin):
    list_display = ["merchant", "day", "product", "units", "line_value", "line_refunds", "clicks", "spend"]
    list_select_related = ["merchant", "product"]
    search_fields = ["product__code", "product__title", "merchant__code"]
    date_hierarchy = "day"
    ordering = ["-day", "-pk"]


@admin.register(Echo)
class EchoAdmin(ReadOnlyAdmin):
    list_display = ["merchant", "day", "about", "campaign", "product", "touch_orders", "touch_gmv", "settled_gmv"]
    list_select_related = ["merchant", "campaign", "product"]
    search_fields = ["merchant__code", "merchant__name", "campaign__code", "product__code"]
    date_hierarchy = "day"
    ordering = ["-day", "-pk"]


@admin.register(PaymentDay)
class PaymentDayAdmin(ReadOnlyAdmin):
    list_display = ["merchant", "day", "method", "payments", "amount"]
    list_filter = ["method"]
    list_select_related = ["merchant"]
    search_fields = ["merchant__code", "merchant__name"]
    date_hierarchy = "day"
    ordering = ["-day", "-pk"]


@admin.register(FactsMark)
class FactsMarkAdmin(ReadOnlyAdmin):
    list_display = ["source", "settled", "seen", "seen_at"]


@admin.register(HistoryDay)
class HistoryDayAdmin(ReadOnlyAdmin):
    list_display = ["log", "day", "schema", "version", "rows", "bytes", "sha256", "written_at"]
    list_filter = ["log"]
    search_fields = ["sha256"]
    date_hierarchy = "day"
    ordering = ["-day", "log"]


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    list_display = [
        "code",
        "merchant",
        "kind",
        "format",
        "first",
        "last",
        "rows",
        "requested_by",
        "requested_at",
        "ready_at",
    ]
    list_filter = ["kind", "format"]
    list_select_related = ["merchant", "requested_by"]
    search_fields = ["code", "merchant__name", "merchant__code"]
    date_hierarchy = "requested_at"
    exclude = ["file"]
    ordering = ["-pk"]


@admin.register(ReconciliationRun)
class ReconciliationRunAdmin(ReadOnlyAdmin):
    list_display = ["code", "at"]
    search_fields = ["code"]
    date_hierarchy = "at"
    ordering = ["-pk"]


@admin.register(ReconciledDay)
class ReconciledDayAdmin(ReadOnlyAdmin):
    list_display = ["merchant", "day", "currency", "differences", "run"]
    list_filter = ["currency"]
    list_select_related = ["merchant", "run"]
    search_fields = ["merchant__name", "merchant__code"]
    date_hierarchy = "day"
    ordering = ["-pk"]


@admin.register(SavedReport)
class SavedReportAdmin(ReadOnlyAdmin):
    list_display = [
        "code", "merchant", "portfolio_of", "name", "is_shared", "made_by", "version", "updated_at", "removed_at",
    ]  # fmt: skip
    list_filter = ["is_shared"]
    list_select_related = ["merchant", "portfolio_of", "made_by"]
    search_fields = ["code", "name", "merchant__name", "merchant__code"]
    ordering = ["-pk"]


@admin.register(ReportSchedule)
class ReportScheduleAdmin(ReadOnlyAdmin):
    list_display = ["report", "rhythm", "hour", "format", "set_by", "next_at", "fault"]
    list_filter = ["rhythm", "format", "fault"]
    list_select_related = ["report", "set_by"]
    search_fields = ["report__code", "report__name"]
    ordering = ["next_at"]


@admin.register(ReportRun)
class ReportRunAdmin(ReadOnlyAdmin):
    list_display = [
        "code", "merchant", "portfolio_of", "name", "version", "rows", "requested_by", "requested_at", "ready_at",
    ]  # fmt: skip
    list_select_related = ["merchant", "portfolio_of", "requested_by"]
    search_fields = ["code", "name", "merchant__name", "merchant__code"]
    date_hierarchy = "requested_at"
    exclude = ["file"]
    ordering = ["-pk"]


@admin.register(Season)
class SeasonAdmin(DeskAdmin):
    list_display = ["title", "occasion", "first", "sale_from", "last", "made_by", "updated_at"]
    list_filter = ["occasion"]
    list_select_related = ["made_by"]
    search_fields = ["code", "occasion", "title", "title_en"]
    exclude = ["made_by", "updated_at"]
    date_hierarchy = "last"
    ordering = ["-last"]

    def save_model(self, request, obj, form, change):
        keeping.keep(obj, by=request.user, at=clock.now())


@admin.register(Anomaly)
class AnomalyAdmin(ReadOnlyAdmin):
    list_display = ["merchant", "day", "measure", "since", "until", "value", "usual", "low", "high", "over_at"]
    list_filter = ["measure"]
    list_select_related = ["merchant"]
    search_fields = ["code", "merchant__name", "merchant__code"]
    date_hierarchy = "day"
    ordering = ["-day", "-pk"]


@admin.register(PastHours)
class PastHoursAdmin(ReadOnlyAdmin):
    list_display = ["merchant", "day"]
    list_select_related = ["merchant"]
    search_fields = ["merchant__name", "merchant__code"]
    date_hierarchy = "day"
    ordering = ["-day", "-pk"]


@admin.register(AnomalyMute)
class AnomalyMuteAdmin(ReadOnlyAdmin):
    list_display = ["merchant", "user"]
    list_select_related = ["merchant", "user"]
    search_fields = ["merchant__name", "merchant__code", "user__email"]
    ordering = ["-pk"]
