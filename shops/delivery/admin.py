"""The operator's view of shipping templates and their rates."""

from django.contrib import admin

from chengfeng.admin import ReadOnlyAdmin, ReadOnlyInline

from .models import ShippingRate, ShippingTemplate


class ShippingRateInline(ReadOnlyInline):
    model = ShippingRate
    fields = ["regions", "is_served", "first_units", "first_price", "next_units", "next_price", "free_from"]


@admin.register(ShippingTemplate)
class ShippingTemplateAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "name", "basis", "is_default", "created_at", "archived_at"]
    list_filter = ["basis", "is_default"]
    list_select_related = ["merchant"]
    search_fields = ["code", "name", "merchant__code"]
    ordering = ["-pk"]
    inlines = [ShippingRateInline]


@admin.register(ShippingRate)
class ShippingRateAdmin(ReadOnlyAdmin):
    list_display = ["template", "regions", "is_served", "first_price", "next_price", "free_from"]
    list_select_related = ["template"]
    search_fields = ["template__code"]
    ordering = ["-pk"]
