"""The operator's view of address books."""

from django.contrib import admin

from chengfeng.admin import ReadOnlyAdmin

from .models import Address


@admin.register(Address)
class AddressAdmin(ReadOnlyAdmin):
    list_display = ["code", "recipient", "country", "region", "city", "is_default", "updated_at"]
    list_filter = ["country"]
    search_fields = ["code", "recipient", "user__email"]
    ordering = ["-pk"]
