"""The operator's desk: which device belongs to whom, by their pseudonyms, and who asked to be forgotten."""

from django.contrib import admin

from chengfeng.admin import ReadOnlyAdmin

from .models import Erasure, Link


@admin.register(Link)
class LinkAdmin(ReadOnlyAdmin):
    list_display = ["shopper", "number", "person", "evidence", "at"]
    list_filter = ["evidence"]
    search_fields = ["shopper", "person"]
    date_hierarchy = "at"


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ["code", "asked_at", "asked_by", "state", "done_at"]
    list_filter = ["state"]
    list_select_related = ["asked_by"]
    search_fields = ["code"]
    exclude = ["replacements"]
    date_hierarchy = "asked_at"
