"""The operator's view of cases, their units, steps and photos, and of what is in parcels."""

from django.contrib import admin

from chengfeng.admin import ReadOnlyAdmin, ReadOnlyInline

from ..models import ShipmentLine
from .models import Case, CaseLine, CasePhoto, CaseStep


class CaseLineInline(ReadOnlyInline):
    model = CaseLine
    fields = ["line", "quantity", "amount", "replacement"]


class CaseStepInline(ReadOnlyInline):
    model = CaseStep
    fields = ["number", "source", "target", "side", "by", "note", "amount", "at"]


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "order", "kind", "state", "reason", "amount", "requested_at", "due_at"]
    list_filter = ["state", "kind", "reason"]
    list_select_related = ["merchant", "order"]
    search_fields = ["code", "order__code", "merchant__code", "tracking"]
    date_hierarchy = "requested_at"
    ordering = ["-pk"]
    inlines = [CaseLineInline, CaseStepInline]


@admin.register(CaseLine)
class CaseLineAdmin(ReadOnlyAdmin):
    list_display = ["case", "line", "quantity", "amount", "replacement"]
    list_select_related = ["case", "line", "replacement"]
    search_fields = ["case__code", "line__code"]
    ordering = ["-pk"]


@admin.register(CaseStep)
class CaseStepAdmin(ReadOnlyAdmin):
    list_display = ["case", "number", "source", "target", "side", "by", "at"]
    list_filter = ["target", "side"]
    list_select_related = ["case", "by"]
    search_fields = ["case__code"]
    date_hierarchy = "at"
    ordering = ["-pk"]


@admin.register(CasePhoto)
class CasePhotoAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "case", "side", "added_at"]
    list_filter = ["side"]
    list_select_related = ["merchant", "case"]
    search_fields = ["code", "case__code", "merchant__code"]
    date_hierarchy = "added_at"
    ordering = ["-pk"]
    exclude = ["file"]


@admin.register(ShipmentLine)
class ShipmentLineAdmin(ReadOnlyAdmin):
    list_display = ["shipment", "line", "quantity"]
    list_select_related = ["shipment", "line"]
    search_fields = ["shipment__code", "line__code"]
    ordering = ["-pk"]
