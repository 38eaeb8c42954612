"""What programs say of campaigns and groups: the fields that several requests share, with things called by codes."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from chengfeng.idempotency import HEADER
from chengfeng.typed import TypedText
from shops.models import Category, Note, Product
from shops.tenancy import own

from ..campaigns.rules import LONGEST_KEYWORD, MOST_ADS, MOST_KEYWORDS, MOST_NEGATIVES
from ..models import Audience, Keyword

KEY = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, required=True, description="A repeat with the same key gets the same answer"
)


def amount(**options) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=14, decimal_places=4, min_value=Decimal("0.01"), **options)


def money(**options) -> serializers.DecimalField:
    """A field for an amount that is told, to four decimals."""
    return serializers.DecimalField(max_digits=18, decimal_places=4, **options)


def codes(most: int = MOST_ADS, **options) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(max_length=80), max_length=most, **options)


class NegativeSerializer(serializers.Serializer):
    """A search on which nothing is shown."""

    text = TypedText(max_length=LONGEST_KEYWORD)
    match = serializers.ChoiceField(choices=Keyword.Match.choices, default=Keyword.Match.EXACT)


class KeywordSerializer(serializers.Serializer):
    """A search that is bid for, with a bid of its own or that of the group."""

    text = TypedText(max_length=LONGEST_KEYWORD)
    match = serializers.ChoiceField(choices=Keyword.Match.choices, default=Keyword.Match.BROAD)
    bid = amount(required=False, allow_null=True, default=None)


class SpanSerializer(serializers.Serializer):
    """Local days, both included, on which bid and budget differ by per cent."""

    first_day = serializers.DateField()
    last_day = serializers.DateField()
    bid_percent = serializers.IntegerField(min_value=-99, max_value=900, default=0)
    budget_percent = serializers.IntegerField(min_value=-99, max_value=900, default=0)


class GroupAudienceSerializer(serializers.Serializer):
    """An audience that a group is shown to, or not."""

    audience = serializers.CharField(max_length=24)
    is_excluded = serializers.BooleanField(default=False)


class TargetingSerializer(serializers.Serializer):
    """What a group advertises, and to whom; products, notes and audiences by code, categories by slug."""

    products = codes(required=False)
    notes = codes(required=False)
    categories = codes(100, required=False)
    keywords = KeywordSerializer(many=True, required=False, max_length=MOST_KEYWORDS)
    negatives = NegativeSerializer(many=True, required=False, max_length=MOST_NEGATIVES)
    audiences = GroupAudienceSerializer(many=True, required=False, max_length=100)

    LISTS = ("products", "notes", "categories", "keywords", "negatives", "audiences")

    def validate_products(self, said: list[str]) -> list[Product]:
        return every(own(Product, self.context["merchant"]), "code", said)

    def validate_notes(self, said: list[str]) -> list[Note]:
        return every(own(Note, self.context["merchant"]).filter(tags__isnull=False).distinct(), "code", said)

    def validate_categories(self, said: list[str]) -> list[Category]:
        return every(Category.objects.all(), "slug", said)

    def validate_keywords(self, said: list[dict]) -> list[tuple[str, str, Decimal | None]]:
        return [(each["text"], each["match"], each["bid"]) for each in said]

    def validate_negatives(self, said: list[dict]) -> list[tuple[str, str]]:
        return [(each["text"], each["match"]) for each in said]

    def validate_audiences(self, said: list[dict]) -> list[tuple[Audience, bool]]:
        known = own(Audience, self.context["merchant"]).filter(state=Audience.State.ACTIVE)
        found = every(known, "code", [each["audience"] for each in said])
        left_out = {each["audience"]: each["is_excluded"] for each in said}
        return [(audience, left_out[audience.code]) for audience in found]

    def lists(self) -> dict[str, Any]:
        """Return the lists that were said, as the verbs take them."""
        return {name: self.validated_data[name] for name in self.LISTS if name in self.validated_data}


def every(rows: QuerySet, name: str, wanted: Sequence[str]) -> list:
    """Return the rows of these names; raises ValidationError naming the first that does not exist."""
    clean = [value for value in wanted if "\0" not in value]
    found = {getattr(row, name): row for row in rows.filter(**{f"{name}__in": clean})}
    for value in wanted:
        if value not in found:
            raise serializers.ValidationError(f"There is no {value!r}.")
    return list(found.values())
