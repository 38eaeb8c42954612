"""The operator's view of webhooks: endpoints, messages and attempts."""

from django.contrib import admin

from chengfeng.admin import ReadOnlyAdmin, ReadOnlyInline

from .models import HookAttempt, HookEndpoint, HookMessage


class HookAttemptInline(ReadOnlyInline):
    model = HookAttempt
    fields = ["number", "started_at", "ended_at", "status", "trouble", "milliseconds", "answer"]


@admin.register(HookEndpoint)
class HookEndpointAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "url", "state", "disabled_for", "failing_since", "created_at", "deleted_at"]
    list_filter = ["state", "disabled_for", ("deleted_at", admin.EmptyFieldListFilter)]
    list_select_related = ["merchant"]
    search_fields = ["code", "url", "merchant__code", "merchant__name"]
    ordering = ["-pk"]


@admin.register(HookMessage)
class HookMessageAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "endpoint", "event", "state", "attempts_made", "due_at", "delivered_at"]
    list_filter = ["state", "event"]
    list_select_related = ["merchant", "endpoint"]
    search_fields = ["code", "key", "merchant__code", "endpoint__code"]
    date_hierarchy = "created_at"
    ordering = ["-pk"]
    inlines = [HookAttemptInline]


@admin.register(HookAttempt)
class HookAttemptAdmin(ReadOnlyAdmin):
    list_display = ["message", "number", "started_at", "ended_at", "status", "trouble", "milliseconds"]
    list_filter = ["trouble", "status"]
    list_select_related = ["message"]
    search_fields = ["message__code"]
    ordering = ["-pk"]
