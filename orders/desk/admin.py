"""The operator's view of what the desk keeps: notes and files of parcels."""

from django.contrib import admin

from chengfeng.admin import ReadOnlyAdmin

from .models import OrderNote, ShippingRow, ShippingRun


@admin.register(OrderNote)
class OrderNoteAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "order", "text", "by", "at", "struck_at"]
    list_select_related = ["merchant", "order", "by"]
    search_fields = ["code", "order__code", "merchant__code"]
    date_hierarchy = "at"
    ordering = ["-pk"]


@admin.register(ShippingRun)
class ShippingRunAdmin(ReadOnlyAdmin):
    list_display = ["file_name", "merchant", "is_dry", "requested_by", "created_at", "finished_at"]
    list_filter = ["is_dry"]
    list_select_related = ["merchant", "requested_by"]
    search_fields = ["file_name", "code", "merchant__code"]
    date_hierarchy = "created_at"
    ordering = ["-pk"]


@admin.register(ShippingRow)
class ShippingRowAdmin(ReadOnlyAdmin):
    list_display = ["run", "number", "order_text", "tracking", "outcome", "rule"]
    list_filter = ["outcome"]
    list_select_related = ["run"]
    search_fields = ["order_text", "tracking", "run__code"]
    ordering = ["-pk"]
