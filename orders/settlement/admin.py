"""The operator's desk: terms, settlements, statements, bank accounts and payouts."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from chengfeng import clock
from chengfeng.admin import DeskAdmin, ReadOnlyAdmin, ReadOnlyInline

from . import terms
from .models import (
    BankAccount,
    Payout,
    PayoutBatch,
    PayoutReturn,
    RateChange,
    Settlement,
    SettlementLine,
    Statement,
    Terms,
)


@admin.register(Terms)
class TermsAdmin(DeskAdmin):
    """Terms are added, never changed: others apply from another day on."""

    list_display = ["merchant", "valid_from", "days", "commission_rate", "payout_minimum", "agreed_by", "agreed_at"]
    list_select_related = ["merchant", "agreed_by"]
    search_fields = ["merchant__code", "merchant__name"]
    autocomplete_fields = ["merchant"]
    exclude = ["agreed_by", "agreed_at"]
    ordering = ["-pk"]

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Terms, form, change: bool) -> None:
        said = dict(form.cleaned_data)
        written = terms.agree(
            said.pop("merchant"), valid_from=said.pop("valid_from"), by=request.user, at=clock.now(), **said
        )
        obj.pk = written.pk


class SettlementLineInline(ReadOnlyInline):
    model = SettlementLine
    fields = ["line", "goods", "subsidy", "rate", "commission", "net"]

    def get_queryset(self, request) -> QuerySet[SettlementLine]:
        return super().get_queryset(request).select_related("line")


@admin.register(Settlement)
class SettlementAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "order", "kind", "net", "currency", "due_at", "settled_at"]
    list_filter = ["kind", "currency"]
    list_select_related = ["merchant", "order"]
    search_fields = ["code", "order__code", "merchant__code"]
    date_hierarchy = "settled_at"
    ordering = ["-pk"]
    inlines = [SettlementLineInline]


@admin.register(SettlementLine)
class SettlementLineAdmin(ReadOnlyAdmin):
    list_display = ["settlement", "line", "goods", "subsidy", "rate", "commission", "net"]
    list_select_related = ["settlement", "line"]
    search_fields = ["settlement__code", "line__code"]
    ordering = ["-pk"]


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "currency", "number", "first", "last", "opening", "closing", "closed_at"]
    list_filter = ["currency"]
    list_select_related = ["merchant"]
    search_fields = ["code", "merchant__code"]
    ordering = ["-pk"]


@admin.register(BankAccount)
class BankAccountAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "holder", "bank", "masked", "added_at", "usable_at", "replaced_at"]
    list_filter = [("replaced_at", admin.EmptyFieldListFilter)]
    list_select_related = ["merchant"]
    search_fields = ["code", "merchant__code", "holder"]
    exclude = ["number"]
    ordering = ["-pk"]


class PayoutInline(ReadOnlyInline):
    model = Payout
    fields = ["code", "merchant", "amount", "state", "reason", "sent_at", "paid_at"]

    def get_queryset(self, request) -> QuerySet[Payout]:
        return super().get_queryset(request).select_related("merchant")


@admin.register(PayoutBatch)
class PayoutBatchAdmin(ReadOnlyAdmin):
    list_display = ["code", "currency", "state", "prepared_by", "prepared_at", "approved_by", "approved_at"]
    list_filter = ["state", "currency"]
    list_select_related = ["prepared_by", "approved_by"]
    search_fields = ["code"]
    date_hierarchy = "prepared_at"
    ordering = ["-pk"]
    inlines = [PayoutInline]


@admin.register(Payout)
class PayoutAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "amount", "currency", "state", "reason", "sent_at", "asked_at", "paid_at"]
    list_filter = ["state", "currency"]
    list_select_related = ["merchant"]
    search_fields = ["code", "merchant__code", "batch__code", "provider_reference"]
    date_hierarchy = "sent_at"
    ordering = ["-pk"]


@admin.register(PayoutReturn)
class PayoutReturnAdmin(ReadOnlyAdmin):
    list_display = ["payout", "merchant", "reason", "returned_at"]
    list_select_related = ["payout", "merchant"]
    search_fields = ["payout__code", "merchant__code"]
    date_hierarchy = "returned_at"
    ordering = ["-pk"]


@admin.register(RateChange)
class RateChangeAdmin(ReadOnlyAdmin):
    list_display = ["category", "before", "after", "by", "at"]
    list_select_related = ["category", "by"]
    search_fields = ["category__slug"]
    date_hierarchy = "at"
    ordering = ["-pk"]
