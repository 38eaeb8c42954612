"""What a shopper's client sends and gets."""

from rest_framework import serializers

from chengfeng.payments.sandbox import SOURCES

from ..cart import MAX_UNITS
from .fields import Amount, Code


class Wanted(serializers.Serializer):
    variant = Code()
    quantity = serializers.IntegerField(min_value=1, max_value=MAX_UNITS)


class CheckoutRequest(serializers.Serializer):
    """Lines, offers or both; without either, what can be bought of the shopper's cart."""

    lines = Wanted(many=True, required=False, max_length=100)
    offers = serializers.ListField(child=serializers.CharField(max_length=20_000), required=False, max_length=20)
    email = serializers.EmailField(max_length=254)
    recipient = serializers.CharField(max_length=80)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    region = serializers.CharField(max_length=80, required=False, allow_blank=True)
    city = serializers.CharField(max_length=80, required=False, allow_blank=True)
    street = serializers.CharField(max_length=200, required=False, allow_blank=True)
    postal_code = serializers.CharField(max_length=20, required=False, allow_blank=True)
    external_reference = serializers.CharField(max_length=64, required=False, allow_blank=True)
    currency = serializers.CharField(max_length=3, required=False, help_text="Of the cart's lines to buy")

    def validate_lines(self, lines):
        codes = [line["variant"] for line in lines]
        if len(set(codes)) < len(codes):
            raise serializers.ValidationError("Name each variant once.", "repeated")
        return lines


class PlacedOrder(serializers.Serializer):
    code = Code()
    merchant = serializers.CharField(source="merchant.slug")
    state = serializers.CharField()
    subtotal = Amount()
    discount = Amount()
    shipping = Amount()
    tax = Amount()
    total = Amount()
    expires_at = serializers.DateTimeField()


class PlacedCheckout(serializers.Serializer):
    code = Code()
    currency = serializers.CharField()
    total = Amount()
    external_reference = serializers.CharField()
    placed_at = serializers.DateTimeField()
    orders = PlacedOrder(many=True)


class PaymentRequest(serializers.Serializer):
    """`amount` defaults to all that is left to pay."""

    provider = serializers.ChoiceField(["sandbox"], default="sandbox")
    source = serializers.ChoiceField(SOURCES, help_text="How the sandbox behaves")
    method = serializers.RegexField(r"^[a-z_]{1,24}$", default="credit_card")
    instalments = serializers.IntegerField(min_value=1, max_value=99, default=1)
    amount = Amount(required=False)


class PaymentAnswer(serializers.Serializer):
    code = Code()
    state = serializers.CharField()
    provider = serializers.CharField()
    method = serializers.CharField()
    instalments = serializers.IntegerField()
    amount = Amount()
    currency = serializers.CharField()
    failure = serializers.CharField()


class CheckoutState(PlacedCheckout):
    payments = PaymentAnswer(many=True)


class CartQuantity(serializers.Serializer):
    quantity = serializers.IntegerField(min_value=0, max_value=MAX_UNITS)


class CartRow(serializers.Serializer):
    variant = serializers.CharField(source="variant.code")
    sku = serializers.CharField(source="variant.sku")
    product = serializers.CharField(source="product.code")
    title = serializers.CharField(source="product.title")
    quantity = serializers.IntegerField()
    price = Amount()
    price_was = Amount(source="was")
    total = Amount()
    available = serializers.IntegerField()
    can_be_bought = serializers.BooleanField()


class CartParcel(serializers.Serializer):
    merchant = serializers.CharField(source="merchant.slug")
    lines = CartRow(source="rows", many=True)
    subtotal = Amount()
    shipping = Amount()


class CartSection(serializers.Serializer):
    currency = serializers.CharField()
    merchants = CartParcel(source="parcels", many=True)
    subtotal = Amount()
    shipping = Amount()
    total = Amount()


class CartAnswer(serializers.Serializer):
    """A cart by currency; each part is one checkout."""

    sections = CartSection(many=True)
