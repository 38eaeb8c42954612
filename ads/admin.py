"""The operator's desk: campaigns, charges, conversions and credits; events have no single key to open them by."""

from django.contrib import admin

from chengfeng.admin import ReadOnlyAdmin, ReadOnlyInline

from .models import Ad, AdDay, Campaign, CampaignDay, Charge, Conversion, ConversionLine, Credit, Keyword, TopUp


class AdInline(ReadOnlyInline):
    model = Ad
    fields = ["product", "state", "created_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("product")


class KeywordInline(ReadOnlyInline):
    model = Keyword
    fields = ["text", "match"]


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ["name", "merchant", "state", "bid_mode", "bid", "daily_budget", "starts_at", "ends_at"]
    list_filter = ["state", "objective", "bid_mode"]
    list_select_related = ["merchant"]
    search_fields = ["name", "code", "merchant__name", "merchant__code"]
    date_hierarchy = "created_at"
    ordering = ["-pk"]
    inlines = [AdInline, KeywordInline]


@admin.register(Ad)
class AdAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "campaign", "product", "state", "created_at"]
    list_filter = ["state"]
    list_select_related = ["merchant", "campaign", "product"]
    search_fields = ["code", "campaign__code", "product__code", "merchant__code"]
    ordering = ["-pk"]


@admin.register(AdDay)
class AdDayAdmin(ReadOnlyAdmin):
    list_display = ["ad", "day", "impressions", "clicks"]
    list_select_related = ["ad__campaign", "ad__product"]
    search_fields = ["ad__code", "ad__campaign__code"]
    date_hierarchy = "day"
    ordering = ["-day", "-pk"]


@admin.register(Keyword)
class KeywordAdmin(ReadOnlyAdmin):
    list_display = ["text", "match", "campaign"]
    list_filter = ["match"]
    list_select_related = ["campaign"]
    search_fields = ["text", "campaign__code"]
    ordering = ["-pk"]


@admin.register(CampaignDay)
class CampaignDayAdmin(ReadOnlyAdmin):
    list_display = ["campaign", "day", "budget", "spent"]
    list_select_related = ["campaign"]
    search_fields = ["campaign__code", "campaign__name"]
    date_hierarchy = "day"
    ordering = ["-day", "-pk"]


@admin.register(Charge)
class ChargeAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "campaign", "day", "bid", "amount", "transfer", "at"]
    list_select_related = ["merchant", "campaign", "transfer"]
    search_fields = ["code", "campaign__code", "merchant__code", "transfer__reference"]
    date_hierarchy = "at"
    ordering = ["-pk"]


@admin.register(TopUp)
class TopUpAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "amount", "currency", "provider", "state", "requested_by", "requested_at"]
    list_filter = ["state", "provider", "currency"]
    list_select_related = ["merchant", "requested_by"]
    search_fields = ["code", "provider_reference", "merchant__name", "merchant__code"]
    date_hierarchy = "requested_at"
    ordering = ["-pk"]


class ConversionLineInline(ReadOnlyInline):
    model = ConversionLine
    fields = ["line_code", "product", "quantity", "value"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("product")


@admin.register(Conversion)
class ConversionAdmin(ReadOnlyAdmin):
    list_display = ["order_code", "merchant", "value", "currency", "at"]
    list_filter = ["currency"]
    list_select_related = ["merchant"]
    search_fields = ["order_code", "merchant__code"]
    date_hierarchy = "at"
    ordering = ["-pk"]
    inlines = [ConversionLineInline]


@admin.register(ConversionLine)
class ConversionLineAdmin(ReadOnlyAdmin):
    list_display = ["line_code", "conversion", "product", "quantity", "value"]
    list_select_related = ["conversion", "product"]
    search_fields = ["line_code", "conversion__order_code"]
    ordering = ["-pk"]


@admin.register(Credit)
class CreditAdmin(ReadOnlyAdmin):
    list_display = ["line", "merchant", "campaign", "touch", "rule", "reason", "share", "amount", "touched_at", "at"]
    list_filter = ["rule", "reason", "touch", "is_same_product"]
    list_select_related = ["line", "merchant", "campaign"]
    search_fields = ["cause", "line__line_code", "campaign__code", "merchant__code"]
    date_hierarchy = "at"
    ordering = ["-pk"]
