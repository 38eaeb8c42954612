"""What a shopper's client sends and gets."""

import re

from django.conf import settings
from rest_framework import serializers

from chengfeng.payments.sandbox import SOURCES
from chengfeng.typed import TypedText
from shops.delivery import places

from ..addresses import checking
from ..cart import MAX_UNITS
from .fields import Amount, Code, Lasting
from .quotes_serializers import DiscountAnswer

PM = re.compile(r"pm_[A-Za-z0-9_]+")  # a payment method of Stripe's


class Wanted(Lasting):
    variant = Code()
    quantity = serializers.IntegerField(min_value=1, max_value=MAX_UNITS)


class Wish(Lasting):
    """What goods, with which coupons; without lines, what can be bought of the shopper's cart."""

    lines = Wanted(many=True, required=False, max_length=100)
    coupons = serializers.ListField(
        child=serializers.CharField(max_length=24), required=False, max_length=20, help_text="Codes or words"
    )
    currency = serializers.CharField(max_length=3, required=False, help_text="Of the cart's lines to buy")
    country = serializers.CharField(max_length=2, required=False, allow_blank=True, help_text="ISO 3166-1")
    region = serializers.CharField(max_length=80, required=False, allow_blank=True)

    def validate_lines(self, lines):
        codes = [line["variant"] for line in lines]
        if len(set(codes)) < len(codes):
            raise serializers.ValidationError("Name each variant once.", "repeated")
        return lines

    def validate_country(self, country):
        if country and country.upper() not in places.codes():
            raise serializers.ValidationError("There is no such country.", "unknown")
        return country.upper()

    def validate(self, attrs):
        """Keep the parts of the address by their local names, as far as they are known."""
        written = {name: attrs[name] for name in ("country", "region", "city", "district") if name in attrs}
        cleaned = checking.known(written)
        return attrs | {name: cleaned[name] for name in written}


class CheckoutRequest(Wish):
    """Lines, offers or both; without either, what can be bought of the shopper's cart."""

    offers = serializers.ListField(child=serializers.CharField(max_length=20_000), required=False, max_length=20)
    email = serializers.EmailField(max_length=254)
    recipient = TypedText(max_length=80)
    phone = TypedText(max_length=40, required=False, allow_blank=True)
    city = TypedText(max_length=80, required=False, allow_blank=True)
    district = TypedText(max_length=80, required=False, allow_blank=True)
    street = TypedText(max_length=200, required=False, allow_blank=True)
    postal_code = TypedText(max_length=20, required=False, allow_blank=True)
    external_reference = serializers.CharField(max_length=64, required=False, allow_blank=True)
    quote = serializers.CharField(max_length=20_000, required=False, help_text="As POST quotes gave it")
    message = TypedText(max_length=200, required=False, allow_blank=True, help_text="To every shop")


class PlacedOrder(Lasting):
    code = Code()
    merchant = serializers.CharField(source="merchant.slug")
    state = serializers.CharField()
    subtotal = Amount()
    discount = Amount()
    shipping = Amount()
    tax = Amount()
    total = Amount()
    expires_at = serializers.DateTimeField()


class PlacedCheckout(Lasting):
    code = Code()
    currency = serializers.CharField()
    total = Amount()
    external_reference = serializers.CharField()
    placed_at = serializers.DateTimeField()
    orders = PlacedOrder(many=True)


class PlacedAnswer(PlacedCheckout):
    doubts = serializers.ListField(
        child=serializers.CharField(), help_text="Parts of the address, e.g. `city`, that we do not know; taken as sent"
    )


class PaymentRequest(Lasting):
    """`amount` defaults to all that is left to pay."""

    provider = serializers.CharField(max_length=16, default="sandbox", help_text="sandbox or, if it is set up, stripe")
    source = serializers.CharField(
        max_length=80, help_text=f"How the sandbox behaves ({', '.join(SOURCES)}); Stripe's id of a payment method"
    )
    capture = serializers.ChoiceField(
        ["now", "later"], default="now", help_text="later: the money is set aside until the merchant captures it"
    )
    method = serializers.RegexField(r"^[a-z_]{1,24}$", default="credit_card")
    instalments = serializers.IntegerField(min_value=1, max_value=99, default=1)
    amount = Amount(required=False)

    def validate_provider(self, name: str) -> str:
        if name not in settings.SHOPPERS_PAY_BY:
            raise serializers.ValidationError("There is no such provider here.", "unknown")
        return name

    def validate(self, wanted: dict) -> dict:
        is_known = wanted["source"] in SOURCES if wanted["provider"] == "sandbox" else PM.fullmatch(wanted["source"])
        if not is_known:
            message = f"This is no source that {wanted['provider']} knows."
            raise serializers.ValidationError({"source": serializers.ErrorDetail(message, "unknown")})
        return wanted


class PaymentAnswer(Lasting):
    code = Code()
    state = serializers.CharField()
    provider = serializers.CharField()
    method = serializers.CharField()
    instalments = serializers.IntegerField()
    amount = Amount(help_text="What is asked for; once it is captured, what came")
    authorised = Amount(allow_null=True, help_text="What may be captured at most, of a payment captured later")
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
    discounts = DiscountAnswer(source="quote.discounts", many=True, default=())
    subtotal = Amount(source="quote.subtotal", default="0.0000")
    discount = Amount(source="quote.discount", default="0.0000")
    shipping = Amount(source="quote.shipping", default="0.0000")


class CartSection(serializers.Serializer):
    currency = serializers.CharField()
    merchants = CartParcel(source="parcels", many=True)
    subtotal = Amount(source="quote.subtotal")
    discount = Amount(source="quote.discount")
    shipping = Amount(source="quote.shipping")
    total = Amount()


class CartAnswer(serializers.Serializer):
    """A cart by currency; each part is one checkout."""

    sections = CartSection(many=True)
