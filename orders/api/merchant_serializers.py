"""What a merchant's system sends and gets."""

from rest_framework import serializers

from ..cart import MAX_UNITS
from ..moves import GIVEN_BY_PEOPLE
from .fields import Amount, Code

BATCH = 500


class OfferLine(serializers.Serializer):
    sku = serializers.CharField(max_length=64)
    quantity = serializers.IntegerField(min_value=1, max_value=MAX_UNITS)
    unit_price = Amount(required=False)


class OfferRequest(serializers.Serializer):
    lines = OfferLine(many=True, allow_empty=False, max_length=100)
    shipping = Amount(default=0)
    discount = Amount(default=0)
    fee = Amount(default=0)

    def validate_lines(self, lines):
        skus = [line["sku"] for line in lines]
        if len(set(skus)) < len(skus):
            raise serializers.ValidationError("Name each SKU once.", "repeated")
        return lines


class OfferAnswer(serializers.Serializer):
    offer = serializers.CharField()
    total = Amount()


class LineAnswer(serializers.Serializer):
    code = Code()
    sku = serializers.CharField(source="variant.sku")
    title = serializers.CharField()
    unit_price = Amount()
    quantity = serializers.IntegerField()
    discount = Amount()
    total = Amount()
    shipped = serializers.IntegerField()
    returned = serializers.IntegerField()
    refunded = Amount()


class ParcelUnits(serializers.Serializer):
    line = serializers.CharField(source="line.code")
    quantity = serializers.IntegerField()


class ParcelAnswer(serializers.Serializer):
    code = Code()
    kind = serializers.CharField()
    carrier = serializers.CharField()
    tracking = serializers.CharField()
    tracking_address = serializers.CharField()
    lines = ParcelUnits(many=True, source="lines.all")
    shipped_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)


class OrderAnswer(serializers.Serializer):
    code = Code()
    checkout = serializers.CharField(source="checkout.code")
    external_reference = serializers.CharField(source="checkout.external_reference")
    state = serializers.CharField()
    cancel_reason = serializers.CharField()
    currency = serializers.CharField()
    subtotal = Amount()
    discount = Amount()
    shipping = Amount()
    tax = Amount()
    total = Amount()
    refunded = Amount()
    placed_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    shipped_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    email = serializers.CharField(source="checkout.email")
    recipient = serializers.CharField(source="checkout.recipient")
    phone = serializers.CharField(source="checkout.phone")
    region = serializers.CharField(source="checkout.region")
    city = serializers.CharField(source="checkout.city")
    street = serializers.CharField(source="checkout.street")
    postal_code = serializers.CharField(source="checkout.postal_code")
    lines = LineAnswer(many=True, source="lines.all")
    shipments = ParcelAnswer(many=True, source="shipments.all")


class OrderPage(serializers.Serializer):
    results = OrderAnswer(many=True)
    next = serializers.URLField(allow_null=True)


class UnitsToShip(serializers.Serializer):
    line = Code()
    quantity = serializers.IntegerField(min_value=1, max_value=MAX_UNITS)


class Parcel(serializers.Serializer):
    """Without lines, everything that is left of the order goes out."""

    order = Code()
    lines = UnitsToShip(many=True, required=False, allow_empty=False, max_length=100)
    carrier = serializers.CharField(max_length=60, required=False, allow_blank=True)
    tracking = serializers.CharField(max_length=60, required=False, allow_blank=True)


class ShipmentsRequest(serializers.Serializer):
    shipments = Parcel(many=True, allow_empty=False, max_length=BATCH)

    def validate_shipments(self, shipments):
        for shipment in shipments:
            codes = [one["line"] for one in shipment.get("lines", ())]
            if len(set(codes)) < len(codes):
                raise serializers.ValidationError("Name each line once.", "repeated")
        return shipments


class DeliveriesRequest(serializers.Serializer):
    orders = serializers.ListField(child=Code(), allow_empty=False, max_length=BATCH)


class BatchResult(serializers.Serializer):
    order = Code()
    status = serializers.ChoiceField(["done", "refused"])
    reason = serializers.ChoiceField(
        ["not_found", "wrong_state", "nothing_to_ship", "unknown_line", "too_many_units"], required=False
    )
    state = serializers.CharField(required=False)


class BatchAnswer(serializers.Serializer):
    """One result per item, in the order of the request."""

    results = BatchResult(many=True)


class CancellationRequest(serializers.Serializer):
    reason = serializers.ChoiceField([reason.value for reason in GIVEN_BY_PEOPLE])


class RefundLineRequest(serializers.Serializer):
    line = Code()
    quantity = serializers.IntegerField(min_value=0, max_value=MAX_UNITS)
    amount = Amount(required=False)


class RefundRequest(serializers.Serializer):
    """Without an amount a line gives back its units' share of what it cost."""

    lines = RefundLineRequest(many=True, required=False, max_length=100)
    shipping = Amount(default=0)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)
    restock = serializers.BooleanField(default=False)

    def validate_lines(self, lines):
        codes = [line["line"] for line in lines]
        if len(set(codes)) < len(codes):
            raise serializers.ValidationError("Name each line once.", "repeated")
        return lines


class RefundAnswer(serializers.Serializer):
    code = Code()
    payment = serializers.CharField(source="payment.code")
    amount = Amount()
    currency = serializers.CharField()
    state = serializers.CharField()


class RefundsAnswer(serializers.Serializer):
    """One refund per payment that the money goes back through."""

    order = Code()
    amount = Amount()
    refunds = RefundAnswer(many=True)
