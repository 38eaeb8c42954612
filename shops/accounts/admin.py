"""The operator's desk: who is kept out for having tried too often, and who came from which device."""

from django.contrib import admin

from chengfeng.admin import ReadOnlyAdmin

from .models import Device, LoginTries


@admin.register(LoginTries)
class LoginTriesAdmin(ReadOnlyAdmin):
    list_display = ["key", "tries", "until"]
    date_hierarchy = "until"


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin):
    list_display = ["shopper", "user", "first_at"]
    list_select_related = ["user"]
    search_fields = ["shopper", "user__email"]
    date_hierarchy = "first_at"
