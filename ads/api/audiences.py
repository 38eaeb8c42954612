"""Audiences for a merchant's programs."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from chengfeng.idempotency import idempotent
from chengfeng.typed import TypedText
from shops.api_base import MerchantAPIView
from shops.models import Category, Product
from shops.people.rights import Right
from shops.tenancy import own

from ..audiences import defining, people
from ..audiences.forms import MOST_PRODUCTS
from ..audiences.people import Definition
from ..audiences.sizes import rounded
from ..models import Audience, Behaviour
from .paging import Pages
from .saying import KEY

CODE = OpenApiParameter("code", str, OpenApiParameter.PATH, description="Code of the audience")


class AudienceInUse(Problem):
    status_code = 409
    code = "in_use"
    title = "Ad groups use this audience"


class TooManyAudiences(Problem):
    status_code = 409
    code = "too_many"
    title = f"A merchant has at most {defining.MOST_AUDIENCES} audiences"


class DefinitionSerializer(serializers.Serializer):
    """Who is meant: people who did any of `kinds` with products of the shop, of a category, or some products."""

    kinds = serializers.ListField(child=serializers.ChoiceField(choices=Behaviour.Kind.choices), min_length=1)
    days = serializers.ChoiceField(choices=[3, 7, 15, 30])
    category = serializers.CharField(max_length=80, required=False, allow_null=True, help_text="Slug of a category")
    products = serializers.ListField(
        child=serializers.CharField(max_length=24), required=False, max_length=MOST_PRODUCTS, help_text="Codes"
    )

    def validate_kinds(self, kinds: list[str]) -> list[str]:
        return list(dict.fromkeys(kinds))

    def validate_category(self, slug: str | None) -> Category | None:
        found = Category.objects.filter(slug=slug).first() if slug else None
        if slug and not found:
            raise serializers.ValidationError(f"There is no {slug!r}.")
        return found

    def validate_products(self, codes: list[str]) -> list[Product]:
        found = {product.code: product for product in own(Product, self.context["merchant"]).filter(code__in=codes)}
        for code in codes:
            if code not in found:
                raise serializers.ValidationError(f"There is no {code!r}.")
        return list(found.values())

    def validate(self, attrs: dict) -> dict:
        before = self.instance
        category = attrs.get("category", before and before.category)
        products = attrs.get("products", before and list(before.products.all()))
        if category and products:
            raise serializers.ValidationError({"products": "Name a category or products, not both."})
        return attrs


class AudienceWriteSerializer(DefinitionSerializer):
    name = TypedText(max_length=120)

    def values(self) -> dict[str, Any]:
        said = self.validated_data
        return {name: said[name] for name in ("name", "kinds", "days", "category") if name in said}


class SizeSerializer(serializers.Serializer):
    """About so many people, to two digits; where `is_below`, fewer than that."""

    people = serializers.IntegerField()
    is_below = serializers.BooleanField()


class UseSerializer(serializers.Serializer):
    """An ad group that is shown to the audience or, where `is_excluded`, is not."""

    group = serializers.CharField(source="group.code")
    name = serializers.CharField(source="group.name")
    campaign = serializers.CharField(source="group.campaign.code")
    is_excluded = serializers.BooleanField()


class AudienceSerializer(serializers.Serializer):
    """An audience; `size` is null until it is counted."""

    code = serializers.CharField()
    name = serializers.CharField()
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=Behaviour.Kind.choices))
    days = serializers.IntegerField()
    category = serializers.CharField(allow_null=True)
    products = serializers.ListField(child=serializers.CharField())
    size = SizeSerializer(allow_null=True)
    counted_at = serializers.DateTimeField(allow_null=True)
    groups = UseSerializer(many=True)


def represent(audiences: list[Audience]) -> list[dict]:
    uses = defining.uses_of(audiences)
    return AudienceSerializer([_members(audience, uses[audience.pk]) for audience in audiences], many=True).data


def _members(audience: Audience, uses: list) -> dict[str, Any]:
    return {name: getattr(audience, name) for name in ("code", "name", "kinds", "days", "counted_at")} | {
        "category": audience.category and audience.category.slug,
        "products": sorted(product.code for product in audience.products.all()),
        "size": None if audience.size is None else rounded(audience.size),
        "groups": uses,
    }


class AudienceView(MerchantAPIView):
    """What the views of audiences share."""

    def answer(self, code: str, status: int = 200) -> Response:
        return Response(represent([self.found(code)])[0], status=status)

    def found(self, code: str) -> Audience:
        return get_object_or_404(defining.audiences_of(self.access), code=code)

    def asked(self, kind: type[serializers.Serializer], instance: Audience | None = None):
        context = {"merchant": self.merchant}
        said = kind(instance, data=self.request.data, partial=instance is not None, context=context)
        said.is_valid(raise_exception=True)
        return said


def _refuse_the_name() -> serializers.ValidationError:
    return serializers.ValidationError({"name": ["Another audience has this name."]}, "taken")


class Audiences(AudienceView):
    """The merchant's audiences."""

    rights = {"GET": Right.ADS_VIEW, "POST": Right.ADS_EDIT}

    @extend_schema(responses=AudienceSerializer(many=True), operation_id="list_audiences", tags=["ads"])
    def get(self, request):
        """List the audiences, newest first; archived ones are left out."""
        pages = Pages()
        page = pages.paginate_queryset(defining.audiences_of(self.access), request, self)
        return pages.get_paginated_response(represent(page))

    @extend_schema(
        parameters=[KEY], request=AudienceWriteSerializer, responses={201: AudienceSerializer},
        operation_id="create_audience", tags=["ads"],
    )  # fmt: skip
    @idempotent
    def post(self, request):
        """Make an audience, once per Idempotency-Key; its people are counted a moment later."""
        said = self.asked(AudienceWriteSerializer)
        products = said.validated_data.get("products", ())
        try:
            made = defining.create(self.access, values=said.values(), products=products, at=clock.now())
        except defining.NameTaken:
            raise _refuse_the_name() from None
        except defining.TooMany:
            raise TooManyAudiences from None
        return self.answer(made.code, 201)


class AudienceEstimate(AudienceView):
    """How many people an audience would have."""

    rights = {"POST": Right.ADS_EDIT}

    @extend_schema(
        request=DefinitionSerializer, responses=SizeSerializer, operation_id="estimate_audience", tags=["ads"]
    )
    def post(self, request):
        """Estimate, from what people did, how many an audience would have now; nothing is saved."""
        said = self.asked(DefinitionSerializer).validated_data
        category, products = said.get("category"), tuple(product.pk for product in said.get("products", ()))
        meant = Definition(self.merchant.pk, tuple(said["kinds"]), said["days"], category and category.pk, products)
        return Response(SizeSerializer(rounded(people.count(meant, at=clock.now()))).data)


class AudienceDetail(AudienceView):
    """One audience."""

    rights = {"GET": Right.ADS_VIEW, "PATCH": Right.ADS_EDIT, "DELETE": Right.ADS_EDIT}

    @extend_schema(parameters=[CODE], responses=AudienceSerializer, operation_id="get_audience", tags=["ads"])
    def get(self, request, code: str):
        """Show an audience."""
        return self.answer(code)

    @extend_schema(
        parameters=[CODE], request=AudienceWriteSerializer(partial=True), responses=AudienceSerializer,
        operation_id="edit_audience", tags=["ads"],
    )  # fmt: skip
    def patch(self, request, code: str):
        """Change what is given; its people are counted anew a moment later."""
        audience = self.found(code)
        said = self.asked(AudienceWriteSerializer, audience)
        products = said.validated_data.get("products")
        try:
            defining.edit(self.access, audience, values=said.values(), products=products, at=clock.now())
        except defining.NameTaken:
            raise _refuse_the_name() from None
        return self.answer(code)

    @extend_schema(parameters=[CODE], responses={204: None}, operation_id="archive_audience", tags=["ads"])
    def delete(self, request, code: str):
        """Archive an audience, and forget who was in it; refused while an ad group uses it."""
        audience = self.found(code)
        try:
            defining.archive(self.access, audience, at=clock.now())
        except defining.InUse as error:
            raise AudienceInUse(str(error), groups=[use.group.code for use in error.uses]) from None
        return Response(status=204)
