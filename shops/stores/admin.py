"""The operator's view of stores and their opening hours."""

from django.contrib import admin

from chengfeng.admin import ReadOnlyAdmin, ReadOnlyInline

from .models import Store, StoreHours


class StoreHoursInline(ReadOnlyInline):
    model = StoreHours
    fields = ["weekday", "opens", "closes"]


@admin.register(Store)
class StoreAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "name", "city", "phone", "capacity", "slot_minutes", "archived_at"]
    list_select_related = ["merchant"]
    search_fields = ["code", "name", "merchant__code"]
    ordering = ["-pk"]
    inlines = [StoreHoursInline]


@admin.register(StoreHours)
class StoreHoursAdmin(ReadOnlyAdmin):
    list_display = ["store", "weekday", "opens", "closes"]
    list_select_related = ["store"]
    search_fields = ["store__code"]
    ordering = ["-pk"]
