"""Shipping templates for programs of a merchant."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from chengfeng.idempotency import idempotent

from ..api_base import MerchantAPIView
from ..people.rights import Right
from . import checking, editing, listing
from .models import ShippingRate, ShippingTemplate

TAGS = ["shipping"]
OWN = ("name", "basis", "is_default")


class TemplateChanged(Problem):
    status_code = 409
    code = "changed_meanwhile"
    title = "Somebody else has changed this since that version"


class RateSerializer(serializers.ModelSerializer):
    """The price of sending to some regions; none at all means everywhere else."""

    regions = serializers.ListField(
        child=serializers.CharField(max_length=84), max_length=300, help_text="`CN` or `CN/广东省`"
    )

    class Meta:
        model = ShippingRate
        fields = ["regions", "is_served", "first_units", "first_price", "next_units", "next_price", "free_from"]
        extra_kwargs = {
            **{name: {"min_value": 0, "required": False} for name in ("first_price", "next_price", "free_from")},
            **{name: {"min_value": Decimal("0.001"), "required": False} for name in ("first_units", "next_units")},
        }


class TemplateSerializer(serializers.ModelSerializer):
    """A shipping template with its rates; a PATCH needs the `version` that was read."""

    name = serializers.CharField(max_length=60)
    rates = RateSerializer(many=True, allow_empty=False, max_length=60)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    is_archived = serializers.BooleanField(required=False, help_text="Once archived, it stays so.")

    class Meta:
        model = ShippingTemplate
        fields = ["code", "name", "basis", "is_default", "is_archived", "version", "rates", "created_at"]
        read_only_fields = ["code", "created_at"]
        validators: list = []

    def to_representation(self, template: ShippingTemplate) -> dict:
        template.is_archived = template.archived_at is not None
        return super().to_representation(template)

    def validate_rates(self, rates: list[dict]) -> list[dict]:
        errors: dict[int, list] = {}
        for row, rule, place in checking.faults(rates):
            message = str(checking.MESSAGES[rule]) % {"place": place}
            errors.setdefault(max(row, 0), []).append(serializers.ErrorDetail(message, rule))
        if errors:
            raise serializers.ValidationError(
                [{"regions": errors[row]} if row in errors else {} for row in range(len(rates))]
            )
        return rates


class ShippingTemplates(MerchantAPIView):
    """The merchant's shipping templates."""

    rights = {"GET": Right.CATALOGUE_VIEW, "POST": Right.CATALOGUE_EDIT}

    @extend_schema(responses=TemplateSerializer(many=True), operation_id="list_shipping_templates", tags=TAGS)
    def get(self, request):
        """List the templates that are in use, the default first."""
        return Response(TemplateSerializer(listing.templates(self.merchant), many=True).data)

    @extend_schema(
        request=TemplateSerializer, responses={201: TemplateSerializer}, operation_id="create_shipping_template",
        tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request):
        """Make a template (Idempotency-Key needed)."""
        asked = TemplateSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = {name: asked.validated_data[name] for name in OWN if name in asked.validated_data}
        with _problems():
            made = editing.create(self.access, at=clock.now(), values=values, rates=asked.validated_data["rates"])
        return Response(TemplateSerializer(made).data, status=status.HTTP_201_CREATED)


class ShippingTemplateDetail(MerchantAPIView):
    """One of the merchant's shipping templates."""

    rights = {"GET": Right.CATALOGUE_VIEW, "PATCH": Right.CATALOGUE_EDIT}

    @extend_schema(responses=TemplateSerializer, operation_id="get_shipping_template", tags=TAGS)
    def get(self, request, code: str):
        """Return a template that is in use."""
        return Response(TemplateSerializer(self._find(code)).data)

    @extend_schema(
        parameters=[OpenApiParameter("code", str, OpenApiParameter.PATH)],
        request=TemplateSerializer(partial=True), responses=TemplateSerializer, operation_id="edit_shipping_template",
        tags=TAGS,
    )  # fmt: skip
    def patch(self, request, code: str):
        """Change name, basis, default or all rates at once; `is_archived: true` takes it out of use."""
        template = self._find(code)
        asked = TemplateSerializer(template, request.data, partial=True)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        version, rates = values.pop("version", template.version), values.pop("rates", None)
        if values.pop("is_archived", False):
            editing.archive(self.access, template, at=clock.now())
            template.refresh_from_db()
            return Response(TemplateSerializer(template).data)
        with _problems():
            changed = editing.edit(self.access, template, version=version, at=clock.now(), values=values, rates=rates)
        return Response(TemplateSerializer(changed).data)

    def _find(self, code: str) -> ShippingTemplate:
        return get_object_or_404(listing.templates(self.merchant), code=code)


@contextmanager
def _problems() -> Iterator[None]:
    try:
        yield
    except editing.TemplateConflict as error:
        raise TemplateChanged from error
    except editing.TemplateRefused as error:
        raise ValidationError({error.field: ["Another template has it already."]}, "taken") from error
