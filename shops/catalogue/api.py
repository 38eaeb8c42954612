"""The catalogue for programs: the public shelf, and a merchant's products and variants."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import F, OuterRef, Prefetch, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from chengfeng.idempotency import idempotent

from ..api_base import MerchantAPIView, ShopperAPIView
from ..people.models import Merchant
from ..people.rights import Right
from ..tenancy import own
from . import editing
from .models import Category, Product, Variant
from .search import search_products
from .serializers import (
    CategorySerializer,
    OfferedProductSerializer,
    ProductSerializer,
    VariantPatchSerializer,
    VariantSerializer,
)

ON_SHELF = Variant.objects.filter(is_active=True).order_by("price", "pk")


class Conflict(Problem):
    status_code = 409
    code = "changed_meanwhile"
    title = "Somebody else has changed this since that version"


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


def paged(view, rows: QuerySet, serializer: type) -> Response:
    """Answer with one page of rows."""
    pages = Pages()
    page = pages.paginate_queryset(rows, view.request, view)
    return pages.get_paginated_response(serializer(page, many=True, context={"request": view.request}).data)


class Categories(ShopperAPIView):
    """The category tree."""

    @extend_schema(responses=CategorySerializer(many=True), operation_id="list_categories", tags=["catalogue"])
    def get(self, request):
        """List every category, parents before their children where possible."""
        rows = Category.objects.select_related("parent").order_by(F("parent").asc(nulls_first=True), "pk")
        return Response(CategorySerializer(rows, many=True).data)


class OfferedProducts(ShopperAPIView):
    """The public shelf."""

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Words in Chinese or English; all must be found."),
            OpenApiParameter("category", str, description="Slug of a category; those below it are included."),
            OpenApiParameter("merchant", str, description="Slug of a shop."),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int, description="At most 200."),
        ],
        responses=OfferedProductSerializer(many=True), operation_id="list_offered_products", tags=["catalogue"],
    )  # fmt: skip
    def get(self, request):
        """List the products on sale, best match first, else newest first."""
        asked = request.query_params
        found = search_products(
            asked.get("q", "")[:100],
            category=_named(Category, asked.get("category")),
            merchant=_named(Merchant, asked.get("merchant")),
        )
        lowest = Subquery(ON_SHELF.filter(product=OuterRef("pk")).values("price")[:1])
        rows = found.annotate(price=lowest).select_related("merchant", "category").defer("search")
        return paged(self, rows.prefetch_related(Prefetch("variants", ON_SHELF)), OfferedProductSerializer)


def _named(model: type, slug: str | None):
    """Return the row of a slug, None without one; an unknown slug is an error of the request."""
    if not slug:
        return None
    found = model.objects.filter(slug=slug.replace("\0", "")).first()
    if found is None:
        raise ValidationError({model.__name__.lower(): ["There is no such slug."]}, "unknown")
    return found


class Products(MerchantAPIView):
    """The merchant's products."""

    rights = {"GET": Right.CATALOGUE_VIEW, "POST": Right.CATALOGUE_EDIT}

    @extend_schema(
        parameters=[OpenApiParameter("page", int), OpenApiParameter("page_size", int, description="At most 200.")],
        responses=ProductSerializer(many=True), operation_id="list_products", tags=["catalogue"],
    )  # fmt: skip
    def get(self, request):
        """List the merchant's products in any state, with all variants."""
        rows = own(Product, self.merchant).select_related("category").defer("search").order_by("pk")
        return paged(self, rows.prefetch_related(_all_variants()), ProductSerializer)

    @extend_schema(
        request=ProductSerializer, responses={201: ProductSerializer}, operation_id="create_product",
        tags=["catalogue"],
    )  # fmt: skip
    @idempotent
    def post(self, request):
        """Make a product with its variants (Idempotency-Key needed)."""
        asked = ProductSerializer(data=request.data, context={"merchant": self.merchant})
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        edits = [_edit(dict(variant)) for variant in values.pop("variants")]
        with _problems():
            product = editing.create_product(self.access, at=clock.now(), values=values, variants=edits)
        return Response(ProductSerializer(_whole(self.merchant, product.code)).data, status=status.HTTP_201_CREATED)


class ProductDetail(MerchantAPIView):
    """One of the merchant's products."""

    rights = {"GET": Right.CATALOGUE_VIEW}

    @extend_schema(responses=ProductSerializer, operation_id="get_product", tags=["catalogue"])
    def get(self, request, code: str):
        """Return a product of the merchant with all its variants."""
        return Response(ProductSerializer(_whole(self.merchant, code)).data)


class VariantDetail(MerchantAPIView):
    """A variant by its SKU."""

    rights = {"GET": Right.CATALOGUE_VIEW, "PATCH": Right.CATALOGUE_EDIT}

    @extend_schema(responses=VariantSerializer, operation_id="get_variant", tags=["catalogue"])
    def get(self, request, sku: str):
        """Return a variant."""
        return Response(VariantSerializer(self._find(sku)).data)

    @extend_schema(
        request=VariantPatchSerializer(partial=True), responses=VariantSerializer, operation_id="edit_variant",
        tags=["catalogue"],
    )  # fmt: skip
    def patch(self, request, sku: str):
        """Set price, list price, GTIN, whether it is on sale, or the units on hand."""
        variant = self._find(sku)
        asked = VariantPatchSerializer(variant, request.data, partial=True, context={"merchant": self.merchant})
        asked.is_valid(raise_exception=True)
        edit = _edit(dict(asked.validated_data), code=variant.code)
        with _problems():
            changed = editing.edit_variant(self.access, variant, edit, at=clock.now())
        return Response(VariantSerializer(changed).data)

    def _find(self, sku: str) -> Variant:
        return get_object_or_404(own(Variant, self.merchant).select_related("product"), sku=sku.replace("\0", ""))


def _edit(values: dict, *, code: str = "") -> editing.VariantEdit:
    version, on_hand = values.pop("version", None), values.pop("on_hand", None)
    return editing.VariantEdit(values, code, version if code else None, on_hand)


def _whole(merchant: Merchant, code: str) -> Product:
    rows = own(Product, merchant).select_related("category").defer("search").prefetch_related(_all_variants())
    return get_object_or_404(rows, code=code.replace("\0", ""))


def _all_variants() -> Prefetch:
    return Prefetch("variants", Variant.objects.select_related("product").order_by("pk"))


REFUSALS = {
    "on_hand": ("Units are set aside for orders; fewer cannot be on hand.", "below_reserved"),
    "list_price": ("The list price must not be below the price.", "below_price"),
}


@contextmanager
def _problems() -> Iterator[None]:
    """Turn the refusals of editing into problem documents."""
    try:
        yield
    except editing.EditConflict as error:
        raise Conflict from error
    except editing.Refused as error:
        message, rule = REFUSALS.get(error.field, ("Another product or variant has it already.", "taken"))
        raise ValidationError({error.field: [message]}, rule) from error
