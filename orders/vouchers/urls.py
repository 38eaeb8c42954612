"""Addresses of vouchers and bookings."""

from django.urls import path

from . import api
from .views import console, shopper

urlpatterns = [
    path("api/v1/voucher-verifications", api.VoucherVerifications.as_view(), name="api_voucher_verifications"),
    path("my/vouchers/", shopper.index, name="vouchers"),
    path("my/vouchers/<slug:voucher>/", shopper.show, name="voucher"),
    path("my/vouchers/<slug:voucher>/booking/", shopper.book, name="voucher_book"),
    path("my/vouchers/<slug:voucher>/booking/cancel/", shopper.unbook, name="voucher_unbook"),
    path("my/vouchers/<slug:voucher>/refund/", shopper.refund, name="voucher_refund"),
    path("console/<slug:merchant>/vouchers/", console.verification, name="voucher_verification"),
    path("console/<slug:merchant>/bookings/", console.day, name="bookings"),
]
