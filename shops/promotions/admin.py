"""The operator's view of promotions and their uses, of flash sales and presales."""

from django.contrib import admin

from chengfeng.admin import ReadOnlyAdmin, ReadOnlyInline

from .models import (
    Claim,
    FlashBuyer,
    FlashItem,
    FlashSale,
    Presale,
    Promotion,
    PromotionProduct,
    PromotionUse,
    ShopperUses,
)


class PromotionProductInline(ReadOnlyInline):
    model = PromotionProduct
    fields = ["product", "quantity"]


@admin.register(Promotion)
class PromotionAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "kind", "title", "state", "used", "spent", "starts_at", "ends_at"]
    list_filter = ["kind", "state", "benefit"]
    list_select_related = ["merchant"]
    search_fields = ["code", "title", "word", "merchant__code"]
    ordering = ["-pk"]
    inlines = [PromotionProductInline]


@admin.register(PromotionProduct)
class PromotionProductAdmin(ReadOnlyAdmin):
    list_display = ["promotion", "product", "quantity"]
    list_select_related = ["promotion", "product"]
    search_fields = ["promotion__code", "product__code"]
    ordering = ["-pk"]


@admin.register(PromotionUse)
class PromotionUseAdmin(ReadOnlyAdmin):
    list_display = ["promotion", "merchant", "cause", "amount", "state", "at"]
    list_filter = ["state"]
    list_select_related = ["promotion", "merchant"]
    search_fields = ["promotion__code", "cause", "basket"]
    date_hierarchy = "at"
    ordering = ["-pk"]


@admin.register(ShopperUses)
class ShopperUsesAdmin(ReadOnlyAdmin):
    list_display = ["promotion", "shopper", "used"]
    list_select_related = ["promotion"]
    search_fields = ["promotion__code"]
    ordering = ["-pk"]


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    list_display = ["promotion", "shopper", "at"]
    list_select_related = ["promotion"]
    search_fields = ["promotion__code"]
    ordering = ["-pk"]


class FlashItemInline(ReadOnlyInline):
    model = FlashItem
    fields = ["variant", "price", "quantity", "left", "is_open", "per_buyer"]


@admin.register(FlashSale)
class FlashSaleAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "title", "state", "starts_at", "ends_at", "closed_at"]
    list_filter = ["state"]
    list_select_related = ["merchant"]
    search_fields = ["code", "title", "merchant__code"]
    ordering = ["-pk"]
    inlines = [FlashItemInline]


@admin.register(FlashItem)
class FlashItemAdmin(ReadOnlyAdmin):
    list_display = ["code", "sale", "variant", "price", "quantity", "left", "is_open", "per_buyer"]
    list_filter = ["is_open"]
    list_select_related = ["sale", "variant"]
    search_fields = ["code", "sale__code", "variant__sku"]
    ordering = ["-pk"]


@admin.register(FlashBuyer)
class FlashBuyerAdmin(ReadOnlyAdmin):
    list_display = ["item", "shopper", "units"]
    list_select_related = ["item__variant"]
    search_fields = ["item__code"]
    ordering = ["-pk"]


@admin.register(Presale)
class PresaleAdmin(ReadOnlyAdmin):
    list_display = [
        "code",
        "merchant",
        "title",
        "price",
        "deposit",
        "state",
        "ends_at",
        "balance_from",
        "balance_until",
    ]
    list_filter = ["state"]
    list_select_related = ["merchant"]
    search_fields = ["code", "title", "merchant__code"]
    ordering = ["-pk"]
