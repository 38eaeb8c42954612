"""The operator's desk: the site itself, what read-only pages start from, and the kernel's tables."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from . import clock, jobs, outbox
from .models import (
    Account,
    Entry,
    Heartbeat,
    IdempotentWrite,
    Job,
    OutboxMessage,
    SandboxCharge,
    Schedule,
    Transfer,
)

admin.site.site_header = admin.site.site_title = "Chengfeng"
admin.site.index_title = _("Operator’s desk")


class DeskAdmin(admin.ModelAdmin):
    """A page of the desk: no second count of a filtered list, empty values as a dash."""

    show_full_result_count = False
    list_per_page = 50
    empty_value_display = "–"

    def has_act_permission(self, request) -> bool:
        """Whether somebody may run the page's actions, which change rows by verbs."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")


class ReadOnly:
    """Rows to look at: nobody adds, changes or deletes them here."""

    def has_add_permission(self, *args, **kwargs) -> bool:
        return False

    def has_change_permission(self, *args, **kwargs) -> bool:
        return False

    def has_delete_permission(self, *args, **kwargs) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, DeskAdmin):
    """A page of rows to look at, with every field but those of `exclude`."""

    def get_readonly_fields(self, request, obj=None):
        return [field.name for field in self.opts.fields if field.name not in (self.exclude or ())]


class ReadOnlyInline(ReadOnly, admin.TabularInline):
    """Rows to look at below the row they belong to."""

    extra = 0

    def get_readonly_fields(self, request, obj=None):
        return self.fields


class EntryInline(ReadOnlyInline):
    model = Entry
    fields = ["account", "amount", "currency"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("account")


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    list_display = ["kind", "owner", "currency", "balance", "created_at"]
    list_filter = ["kind", "currency"]
    search_fields = ["owner"]
    ordering = ["kind", "owner"]


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    list_display = ["code", "kind", "reference", "at", "recorded_at"]
    list_filter = ["kind"]
    search_fields = ["code", "reference"]
    date_hierarchy = "at"
    ordering = ["-pk"]
    inlines = [EntryInline]


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    list_display = ["transfer", "account", "amount", "currency"]
    list_filter = ["account__kind", "currency"]
    list_select_related = ["transfer", "account"]
    search_fields = ["transfer__reference", "account__owner"]
    ordering = ["-pk"]


class LetterState(admin.SimpleListFilter):
    """Whether a message is waiting, told or dead."""

    title = _("state")
    parameter_name = "state"
    STATES = {
        "waiting": {"delivered_at": None, "dead_at": None},
        "delivered": {"delivered_at__isnull": False},
        "dead": {"dead_at__isnull": False},
    }

    def lookups(self, request, model_admin):
        return [("waiting", _("Waiting")), ("delivered", _("Delivered")), ("dead", _("Dead"))]

    def queryset(self, request, queryset):
        return queryset.filter(**self.STATES.get(self.value(), {}))


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    list_display = ["topic", "key", "created_at", "due_at", "attempts", "delivered_at", "dead_at"]
    list_filter = [LetterState, "topic"]
    search_fields = ["key", "last_error"]
    date_hierarchy = "created_at"
    ordering = ["-pk"]
    actions = ["revive"]

    @admin.action(permissions=["act"], description=_("Revive dead messages"))
    def revive(self, request, queryset):
        dead = list(queryset.filter(dead_at__isnull=False))
        for message in dead:
            outbox.revive(message, at=clock.now())
        text = ngettext("%(n)d message tries again.", "%(n)d messages try again.", len(dead))
        self.message_user(request, text % {"n": len(dead)}, messages.SUCCESS)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["code", "kind", "owner", "state", "progress", "total", "attempts", "due_at", "finished_at"]
    list_filter = ["state", "kind"]
    search_fields = ["code", "owner", "error"]
    date_hierarchy = "created_at"
    ordering = ["-pk"]
    actions = ["retry"]

    @admin.action(permissions=["act"], description=_("Try failed jobs again"))
    def retry(self, request, queryset):
        retried = sum(jobs.retry(job, at=clock.now()) for job in queryset)
        text = ngettext("%(n)d job runs again.", "%(n)d jobs run again.", retried)
        self.message_user(request, text % {"n": retried}, messages.SUCCESS)


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    list_display = ["kind", "every_seconds", "next_at"]


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["name", "beaten_at"]


@admin.register(IdempotentWrite)
class IdempotentWriteAdmin(ReadOnlyAdmin):
    list_display = ["scope", "key", "status", "created_at"]
    list_filter = ["status"]
    search_fields = ["scope", "key"]
    ordering = ["-pk"]


@admin.register(SandboxCharge)
class SandboxChargeAdmin(ReadOnlyAdmin):
    list_display = ["reference", "client_reference", "amount", "currency", "behaviour", "state", "created_at"]
    list_filter = ["state", "behaviour"]
    search_fields = ["reference", "client_reference"]
    list_select_related = ["refund_of"]
    ordering = ["-pk"]
