"""The operator's desk: who is kept out for having tried too often."""

from django.contrib import admin

from chengfeng.admin import ReadOnlyAdmin

from .models import LoginTries


@admin.register(LoginTries)
class LoginTriesAdmin(ReadOnlyAdmin):
    list_display = ["key", "tries", "until"]
    date_hierarchy = "until"
