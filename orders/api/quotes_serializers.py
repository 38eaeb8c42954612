"""What a quote says to programs: lines with their reductions, who bears them, and why coupons do not apply."""

from rest_framework import serializers

from .fields import Amount, Code


class DiscountAnswer(serializers.Serializer):
    """What a promotion takes off; `funder` bears it."""

    promotion = serializers.CharField(source="promotion.code")
    title = serializers.CharField(source="promotion.title")
    title_en = serializers.CharField(source="promotion.title_en")
    amount = Amount()
    funder = serializers.ChoiceField(["merchant", "platform"])


class QuotedLine(serializers.Serializer):
    variant = serializers.CharField(source="variant.code")
    sku = serializers.CharField(source="variant.sku")
    quantity = serializers.IntegerField()
    list_price = Amount(allow_null=True)
    unit_price = Amount()
    discount = Amount()
    discounts = DiscountAnswer(many=True)
    total = Amount()


class QuotedMerchant(serializers.Serializer):
    merchant = serializers.CharField(source="merchant.slug")
    lines = QuotedLine(source="items", many=True)
    discounts = DiscountAnswer(many=True)
    subtotal = Amount()
    discount = Amount()
    shipping = Amount()
    shipping_is_estimate = serializers.BooleanField(source="is_estimate")
    total = Amount()
    not_served = serializers.SerializerMethodField(help_text="Variants that are not sent to that place")

    def get_not_served(self, parcel) -> list[str]:
        return [variant.code for variant in parcel.not_served]


class UsedCoupon(serializers.Serializer):
    code = Code()
    title = serializers.CharField()


class RefusedCoupon(serializers.Serializer):
    """A coupon that was chosen and takes nothing off: why, and for how much more to buy."""

    coupon = serializers.CharField(source="chosen")
    reason = serializers.CharField(source="why")
    missing = Amount()


class CouponChoice(serializers.Serializer):
    """A coupon that could be chosen: what it would take off now, and for how much more to buy."""

    code = serializers.CharField(source="promotion.code")
    title = serializers.CharField(source="promotion.title")
    merchant = serializers.CharField(source="promotion.merchant.slug", allow_null=True, default=None)
    amount = Amount(allow_null=True)
    missing = Amount()


class QuoteAnswer(serializers.Serializer):
    """`quote` is the signed text by which a checkout is placed at exactly these prices, once."""

    currency = serializers.CharField()
    merchants = QuotedMerchant(source="parcels", many=True)
    subtotal = Amount()
    discount = Amount()
    shipping = Amount()
    total = Amount()
    coupons = UsedCoupon(many=True)
    refused = RefusedCoupon(many=True)
    choices = CouponChoice(many=True)
    quote = serializers.CharField()


class DifferenceAnswer(serializers.Serializer):
    """One thing that is not as the quote said; `of` is a variant, a promotion, or a merchant."""

    what = serializers.CharField()
    of = serializers.CharField()
    was = serializers.SerializerMethodField()
    now = serializers.SerializerMethodField()

    def get_was(self, difference) -> str:
        return str(difference.was)

    def get_now(self, difference) -> str:
        return str(difference.now)
