"""The operator's desk: carts, checkouts, orders, payments, refunds and shipments."""

from django.contrib import admin

from chengfeng.admin import ReadOnlyAdmin, ReadOnlyInline

from .addresses import admin as addresses  # noqa: F401 – its pages belong to this desk
from .aftersale import admin as aftersale  # noqa: F401 – its pages belong to this desk
from .desk import admin as desk  # noqa: F401 – its pages belong to this desk
from .models import (
    Cart,
    CartLine,
    Checkout,
    LineDiscount,
    Order,
    OrderLine,
    OrderMove,
    Payment,
    PaymentShare,
    Refund,
    RefundLine,
    Shipment,
    WebhookReceipt,
)
from .settlement import admin as settlement  # noqa: F401 – its pages belong to this desk
from .vouchers import admin as vouchers  # noqa: F401 – its pages belong to this desk


class CartLineInline(ReadOnlyInline):
    model = CartLine
    fields = ["variant", "quantity", "added_at"]


@admin.register(Cart)
class CartAdmin(ReadOnlyAdmin):
    list_display = ["code", "updated_at"]
    search_fields = ["code"]
    ordering = ["-pk"]
    inlines = [CartLineInline]


@admin.register(CartLine)
class CartLineAdmin(ReadOnlyAdmin):
    list_display = ["cart", "variant", "quantity", "added_at"]
    list_select_related = ["cart", "variant"]
    search_fields = ["cart__code", "variant__sku"]
    ordering = ["-pk"]


class CheckoutOrderInline(ReadOnlyInline):
    model = Order
    fields = ["code", "merchant", "state", "total", "placed_at"]
    show_change_link = True


class CheckoutPaymentInline(ReadOnlyInline):
    model = Payment
    fields = ["code", "provider", "method", "amount", "state", "captured_at"]
    show_change_link = True


@admin.register(Checkout)
class CheckoutAdmin(ReadOnlyAdmin):
    list_display = ["code", "email", "recipient", "currency", "total", "external_reference", "placed_at"]
    list_filter = ["currency"]
    search_fields = ["code", "email", "external_reference"]
    date_hierarchy = "placed_at"
    ordering = ["-pk"]
    inlines = [CheckoutOrderInline, CheckoutPaymentInline]


class OrderLineInline(ReadOnlyInline):
    model = OrderLine
    fields = ["code", "title", "unit_price", "quantity", "discount", "total", "shipped", "returned", "refunded"]


class OrderMoveInline(ReadOnlyInline):
    model = OrderMove
    fields = ["number", "source", "target", "by", "note", "at"]


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "state", "currency", "total", "refunded", "placed_at", "paid_at"]
    list_filter = ["state", "cancel_reason", "currency"]
    list_select_related = ["merchant"]
    search_fields = ["code", "checkout__code", "checkout__external_reference", "merchant__code"]
    date_hierarchy = "placed_at"
    ordering = ["-pk"]
    inlines = [OrderLineInline, OrderMoveInline]


@admin.register(OrderLine)
class OrderLineAdmin(ReadOnlyAdmin):
    list_display = ["code", "order", "title", "unit_price", "quantity", "total", "shipped", "returned", "refunded"]
    list_select_related = ["order"]
    search_fields = ["code", "order__code", "variant__sku"]
    ordering = ["-pk"]


@admin.register(LineDiscount)
class LineDiscountAdmin(ReadOnlyAdmin):
    list_display = ["line", "promotion", "amount", "is_subsidy"]
    list_filter = ["is_subsidy"]
    list_select_related = ["line", "promotion"]
    search_fields = ["line__code", "promotion__code"]
    ordering = ["-pk"]


@admin.register(OrderMove)
class OrderMoveAdmin(ReadOnlyAdmin):
    list_display = ["order", "number", "source", "target", "by", "note", "at"]
    list_filter = ["target"]
    list_select_related = ["order", "by"]
    search_fields = ["order__code"]
    date_hierarchy = "at"
    ordering = ["-pk"]


class PaymentShareInline(ReadOnlyInline):
    model = PaymentShare
    fields = ["order", "amount"]


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = [
        "code",
        "checkout",
        "provider",
        "method",
        "amount",
        "currency",
        "state",
        "created_at",
        "captured_at",
    ]
    list_filter = ["state", "provider", "method"]
    list_select_related = ["checkout"]
    search_fields = ["code", "checkout__code", "provider_reference"]
    date_hierarchy = "created_at"
    ordering = ["-pk"]
    inlines = [PaymentShareInline]


@admin.register(PaymentShare)
class PaymentShareAdmin(ReadOnlyAdmin):
    list_display = ["payment", "order", "amount"]
    list_select_related = ["payment", "order"]
    search_fields = ["payment__code", "order__code"]
    ordering = ["-pk"]


class RefundLineInline(ReadOnlyInline):
    model = RefundLine
    fields = ["line", "quantity", "amount"]


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = [
        "code",
        "merchant",
        "order",
        "amount",
        "currency",
        "state",
        "requested_by",
        "requested_at",
        "done_at",
    ]
    list_filter = ["state", "restock"]
    list_select_related = ["merchant", "order", "requested_by"]
    search_fields = ["code", "order__code", "provider_reference", "merchant__code"]
    date_hierarchy = "requested_at"
    ordering = ["-pk"]
    inlines = [RefundLineInline]


@admin.register(RefundLine)
class RefundLineAdmin(ReadOnlyAdmin):
    list_display = ["refund", "line", "quantity", "amount"]
    list_select_related = ["refund", "line"]
    search_fields = ["refund__code", "line__code"]
    ordering = ["-pk"]


@admin.register(Shipment)
class ShipmentAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "order", "carrier", "tracking", "shipped_at", "delivered_at"]
    list_filter = [("delivered_at", admin.EmptyFieldListFilter)]
    list_select_related = ["merchant", "order"]
    search_fields = ["code", "order__code", "tracking", "merchant__code"]
    date_hierarchy = "shipped_at"
    ordering = ["-pk"]


@admin.register(WebhookReceipt)
class WebhookReceiptAdmin(ReadOnlyAdmin):
    list_display = ["provider", "message_id", "received_at"]
    list_filter = ["provider"]
    search_fields = ["message_id"]
    date_hierarchy = "received_at"
    ordering = ["-pk"]
