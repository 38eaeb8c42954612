"""The operator's view of vouchers and bookings; a voucher's number is its shopper's and the store's alone."""

from django.contrib import admin

from chengfeng.admin import ReadOnlyAdmin

from .models import Booking, Slot, Voucher


@admin.register(Voucher)
class VoucherAdmin(ReadOnlyAdmin):
    list_display = ["order", "position", "merchant", "state", "issued_at", "expires_at", "used_at", "store"]
    list_filter = ["state"]
    list_select_related = ["order", "merchant", "store"]
    search_fields = ["order__code", "merchant__code"]
    date_hierarchy = "issued_at"
    ordering = ["-pk"]
    exclude = ["number"]


@admin.register(Slot)
class SlotAdmin(ReadOnlyAdmin):
    list_display = ["store", "starts_at", "capacity", "taken"]
    list_select_related = ["store"]
    search_fields = ["store__code"]
    ordering = ["-pk"]


@admin.register(Booking)
class BookingAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "store", "starts_at", "state", "booked_at", "cancelled_at"]
    list_filter = ["state"]
    list_select_related = ["merchant", "store"]
    search_fields = ["code", "merchant__code", "store__code"]
    date_hierarchy = "starts_at"
    ordering = ["-pk"]
