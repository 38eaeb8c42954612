"""The operator's desk: which device belongs to whom, by their pseudonyms."""

from django.contrib import admin

from chengfeng.admin import ReadOnlyAdmin

from .models import Link


@admin.register(Link)
class LinkAdmin(ReadOnlyAdmin):
    list_display = ["shopper", "number", "person", "evidence", "at"]
    list_filter = ["evidence"]
    search_fields = ["shopper", "person"]
    date_hierarchy = "at"
