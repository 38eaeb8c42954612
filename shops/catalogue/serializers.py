"""The catalogue in the open API: what is shown of it and what is taken."""

from decimal import Decimal

from django.urls import reverse
from rest_framework import serializers
from rest_framework.validators import UniqueTogetherValidator

from chengfeng.money import minor_unit

from ..people.models import Merchant
from .importing.cells import Broken, gtin
from .models import Category, ImportProblem, ImportRun, Product, Variant


class AmountSerializerField(serializers.DecimalField):
    """An amount in whole coins of the merchant's currency, zero or more."""

    def __init__(self, **kwargs):
        super().__init__(max_digits=16, decimal_places=4, min_value=Decimal(0), **kwargs)

    def to_internal_value(self, data):
        amount = super().to_internal_value(data)
        merchant = self.context.get("merchant")
        if merchant and amount % minor_unit(merchant.currency):
            raise serializers.ValidationError(f"{merchant.currency} has no coin this small.", "decimals")
        return amount


class GTINField(serializers.CharField):
    """A GTIN with a right check digit, or nothing."""

    def to_internal_value(self, data):
        written = super().to_internal_value(data)
        try:
            return gtin(written) if written else ""
        except Broken:
            raise serializers.ValidationError("This is not a GTIN with a right check digit.", "gtin") from None


class CategorySerializer(serializers.ModelSerializer):
    """A category; `parent` is the slug of the one above."""

    parent = serializers.SlugRelatedField("slug", read_only=True)

    class Meta:
        model = Category
        fields = ["slug", "name", "name_en", "parent"]


class SellerSerializer(serializers.ModelSerializer):
    """The shop that sells a product."""

    class Meta:
        model = Merchant
        fields = ["slug", "name", "name_en"]


class OfferedVariantSerializer(serializers.ModelSerializer):
    """A variant on sale; `available` units can be bought now."""

    available = serializers.IntegerField(read_only=True)

    class Meta:
        model = Variant
        fields = ["code", "sku", "options", "options_en", "price", "list_price", "available"]


class OfferedProductSerializer(serializers.ModelSerializer):
    """A product on sale with its variants, cheapest first; `price` is the lowest."""

    merchant = SellerSerializer(read_only=True)
    category = serializers.SlugRelatedField("slug", read_only=True)
    price = serializers.DecimalField(max_digits=18, decimal_places=4, read_only=True)
    currency = serializers.CharField(source="merchant.currency", read_only=True)
    image = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    variants = OfferedVariantSerializer(many=True, read_only=True)

    class Meta:
        model = Product
        fields = [
            "code", "title", "title_en", "brand", "category", "merchant", "price", "currency", "image", "url",
            "variants",
        ]  # fmt: skip

    def get_image(self, product: Product) -> str | None:
        return product.image.url if product.image else None

    def get_url(self, product: Product) -> str:
        return reverse("shops:product", args=[product.code])


class VariantSerializer(serializers.ModelSerializer):
    """A merchant's variant: price, GTIN and units on hand can be set; `version` refuses an older edit."""

    product = serializers.SlugRelatedField("code", read_only=True)
    price = AmountSerializerField()
    list_price = AmountSerializerField(allow_null=True, required=False)
    cost = AmountSerializerField(allow_null=True, required=False)
    gtin = GTINField(max_length=14, allow_blank=True, required=False)
    on_hand = serializers.IntegerField(min_value=0, max_value=10**9 - 1, required=False)
    reserved = serializers.IntegerField(read_only=True)
    available = serializers.IntegerField(read_only=True)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)

    class Meta:
        model = Variant
        fields = [
            "code", "product", "sku", "options", "options_en", "gtin", "price", "list_price", "cost", "on_hand",
            "reserved", "available", "is_active", "version",
        ]  # fmt: skip
        read_only_fields = ["code"]
        validators: list = []

    def validate(self, attrs: dict) -> dict:
        price = attrs.get("price", getattr(self.instance, "price", None))
        listed = attrs.get("list_price", getattr(self.instance, "list_price", None))
        if listed is not None and price is not None and listed < price:
            message = "The list price must not be below the price."
            raise serializers.ValidationError({"list_price": [serializers.ErrorDetail(message, "below_price")]})
        return attrs


class VariantPatchSerializer(VariantSerializer):
    """The part of a variant that a PATCH may set."""

    class Meta(VariantSerializer.Meta):
        read_only_fields = ["code", "sku", "options", "options_en"]


class ProductSerializer(serializers.ModelSerializer):
    """A merchant's product with all its variants, in any state."""

    external_id = serializers.CharField(max_length=64, required=False)
    category = serializers.SlugRelatedField("slug", queryset=Category.objects.all(), allow_null=True, required=False)
    image = serializers.SerializerMethodField()
    variants = VariantSerializer(many=True, allow_empty=False, max_length=200)

    class Meta:
        model = Product
        fields = [
            "code", "external_id", "title", "title_en", "description", "description_en", "brand", "category", "image",
            "state", "is_service", "version", "variants", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["code", "version", "created_at", "updated_at"]
        validators: list[UniqueTogetherValidator] = []

    def get_image(self, product: Product) -> str | None:
        return product.image.url if product.image else None


class ImportProblemSerializer(serializers.ModelSerializer):
    """What is wrong with a row; a warning did not refuse it."""

    class Meta:
        model = ImportProblem
        fields = ["row", "field", "rule", "is_warning", "message", "value"]


class ImportRunSerializer(serializers.ModelSerializer):
    """A run over a catalogue file; rows = created + updated + unchanged + refused. The first 200 problems are here."""

    state = serializers.CharField(read_only=True)
    error = serializers.SerializerMethodField()
    problems = serializers.SerializerMethodField()

    class Meta:
        model = ImportRun
        fields = [
            "code", "file_name", "dialect", "is_dry", "state", "error", "rows", "created", "updated", "unchanged",
            "refused", "notices", "problems", "created_at", "finished_at",
        ]  # fmt: skip

    def get_error(self, run: ImportRun) -> str:
        return run.job.error if run.job else ""

    def get_problems(self, run: ImportRun) -> list[dict]:
        return ImportProblemSerializer(run.problems.order_by("row", "pk")[:200], many=True).data
