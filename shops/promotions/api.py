"""Promotions for a merchant's programs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from chengfeng.idempotency import HEADER, idempotent

from ..api_base import MerchantAPIView
from ..catalogue.api import Conflict, Pages
from ..catalogue.models import Product
from ..people.rights import Right
from ..tenancy import own
from . import managing, results, wording
from .keepers import MerchantKeeper
from .models import Promotion
from .phases import Phase, in_phase, phase_of
from .rules import MOST_PRODUCTS, MOST_UNITS, ONLY_OF, objections, settled

KEY = OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, required=True)
CODE = OpenApiParameter("code", str, OpenApiParameter.PATH, description="Code of the promotion")
REFUSALS = {
    "word": ("Another promotion that has not ended uses this word.", "taken"),
    "limit": ("It was used more often already.", "below_used"),
    "budget": ("More than this is given away already.", "below_given"),
    "ends_at": ("Its end has passed; set a later one first.", "passed"),
}
USED = ("It has been used, so its rules stay; only title, end, limit, budget and state may change.", "used")


class Ended(Problem):
    status_code = 409
    code = "ended"
    title = "The promotion has ended and stays so"


class GivenProduct(serializers.Serializer):
    """A product that a promotion is for; a bundle takes `quantity` units of it."""

    product = serializers.CharField(max_length=24, help_text="Code of the product")
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS, default=1)


class Amount(serializers.DecimalField):
    """An amount of money, zero or more."""

    def __init__(self, **kwargs):
        super().__init__(
            max_digits=14, decimal_places=4, min_value=Decimal(0), allow_null=True, required=False, **kwargs
        )


class PromotionWrite(serializers.Serializer):
    """What a program sets of a promotion. What its kind or benefit has no use for is dropped."""

    kind = serializers.ChoiceField(choices=Promotion.Kind.choices)
    title = serializers.CharField(max_length=80)
    title_en = serializers.CharField(max_length=80, allow_blank=True, required=False)
    benefit = serializers.ChoiceField(choices=Promotion.Benefit.choices)
    amount = Amount()
    percent = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=Decimal("0.01"), max_value=100, allow_null=True, required=False
    )
    cap = Amount()
    threshold = Amount()
    repeats = serializers.BooleanField(required=False)
    word = serializers.RegexField(r"^[\w-]*\Z", max_length=24, allow_blank=True, required=False)
    is_public = serializers.BooleanField(required=False)
    new_customers_only = serializers.BooleanField(required=False)
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    limit = serializers.IntegerField(min_value=1, max_value=10**9, required=False, allow_null=True)
    per_shopper = serializers.IntegerField(min_value=1, max_value=1000, required=False, allow_null=True)
    budget = Amount()
    products = GivenProduct(many=True, required=False, max_length=MOST_PRODUCTS, help_text="None: all products")
    state = serializers.ChoiceField(choices=Promotion.State.choices, required=False, help_text="New ones are paused")
    version = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, help_text="Refuse the change unless this is the version"
    )

    def validate_kind(self, kind: str) -> str:
        if self.instance and kind != self.instance.kind:
            raise ValidationError("The kind of a promotion stays.", "fixed")
        return kind

    def validate_products(self, given: list[dict]) -> dict[Product, int]:
        units = {each["product"]: each["quantity"] for each in given}
        found = {p.code: p for p in own(Product, self.context["merchant"]).filter(code__in=units).defer("search")}
        for code in units:
            if code not in found:
                raise ValidationError(f"There is no product {code!r}.", "unknown")
        return {found[code]: quantity for code, quantity in units.items()}

    def validate(self, attrs: dict) -> dict:
        kind = attrs.get("kind") or self.instance.kind
        values = self._after(kind, attrs)
        units = attrs.get("products", self.context.get("given", {}))
        wrong = objections(kind, values, units, currency=self.context["merchant"].currency)
        errors: dict[str, list] = {}
        for name, rule, message in wrong:
            errors.setdefault(name, []).append(ErrorDetail(str(message), rule))
        if errors:
            raise ValidationError(errors)
        plain = {name: value for name, value in attrs.items() if name not in managing.FIELDS}
        return plain | {name: value for name, value in values.items() if name in attrs or self._differs(name, value)}

    def _after(self, kind: str, attrs: dict) -> dict[str, Any]:
        """Return what the promotion would be: what is given, and for the rest what it is."""
        start = {"starts_at": self.context["at"], "threshold": Decimal(0)}
        known = {name: getattr(self.instance, name) for name in managing.FIELDS} if self.instance else start
        values = {name: attrs[name] for name in attrs if name in managing.FIELDS}
        foreign = {name for name, kinds in ONLY_OF.items() if kind not in kinds}
        return settled(kind, {name: value for name, value in (known | values).items() if name not in foreign})

    def _differs(self, name: str, value: Any) -> bool:
        return self.instance is not None and getattr(self.instance, name) != value


class PromotionSerializer(serializers.ModelSerializer):
    """A promotion: what it gives, `rule` in plain words, `phase`, and what it gave in orders that stand."""

    phase = serializers.ChoiceField(choices=Phase.choices, read_only=True)
    rule = serializers.CharField(read_only=True)
    products = GivenProduct(many=True, read_only=True)
    uses = serializers.IntegerField(read_only=True)
    given_away = serializers.DecimalField(max_digits=18, decimal_places=4, read_only=True)

    class Meta:
        model = Promotion
        fields = [
            "code", "kind", "title", "title_en", "currency", "benefit", "amount", "percent", "cap", "threshold",
            "repeats", "word", "is_public", "new_customers_only", "starts_at", "ends_at", "limit", "per_shopper",
            "budget", "products", "state", "phase", "rule", "uses", "given_away", "version", "created_at",
        ]  # fmt: skip


def represent(promotions: list[Promotion], *, at: datetime) -> list[dict]:
    given = results.by_promotion(promotions)
    return [_members(promotion, given[promotion.pk], at) for promotion in promotions]


def _members(promotion: Promotion, given: results.Given, at: datetime) -> dict:
    products = [{"product": each.product.code, "quantity": each.quantity} for each in promotion.products.all()]
    units = sum(each["quantity"] for each in products)
    row = {name: getattr(promotion, name) for name in PromotionSerializer.Meta.fields if hasattr(Promotion, name)}
    row |= {
        "products": products, "phase": phase_of(promotion, at=at), "uses": given.uses, "given_away": given.amount,
        "rule": wording.whole(promotion, products=len(products), units=units),
    }  # fmt: skip
    return PromotionSerializer(row).data


class PromotionView(MerchantAPIView):
    """What the promotions' views share."""

    @property
    def keeper(self) -> MerchantKeeper:
        return MerchantKeeper(self.access)

    def rows(self):
        return self.keeper.promotions().prefetch_related("products__product")

    def fresh(self, code: str, at: datetime) -> dict:
        return represent([get_object_or_404(self.rows(), code=code)], at=at)[0]

    def set_state(self, promotion: Promotion, said: dict, at: datetime) -> None:
        if "state" in said and said["state"] != promotion.state:
            managing.set_state(self.keeper, promotion, Promotion.State(said["state"]), at=at)


class Promotions(PromotionView):
    """The merchant's promotions."""

    rights = {"GET": Right.PROMOTIONS_VIEW, "POST": Right.PROMOTIONS_EDIT}

    @extend_schema(
        parameters=[
            OpenApiParameter("phase", str, enum=Phase.values),
            OpenApiParameter("page", int), OpenApiParameter("page_size", int, description="At most 200."),
        ],
        responses=PromotionSerializer(many=True), operation_id="list_promotions", tags=["promotions"],
    )  # fmt: skip
    def get(self, request):
        """List the promotions, those that began last first, of one phase if asked."""
        at, pages, phase = clock.now(), Pages(), request.query_params.get("phase", "")
        if phase and phase not in Phase.values:
            raise ValidationError({"phase": ["There is no such phase."]}, "unknown")
        rows = in_phase(self.rows(), Phase(phase), at=at) if phase else self.rows()
        page = pages.paginate_queryset(rows.order_by("-starts_at", "-pk"), request, self)
        return pages.get_paginated_response(represent(page, at=at))

    @extend_schema(
        parameters=[KEY], request=PromotionWrite, responses={201: PromotionSerializer},
        operation_id="create_promotion", tags=["promotions"],
    )  # fmt: skip
    @idempotent
    def post(self, request):
        """Make a promotion; it starts paused unless `state` says otherwise (Idempotency-Key needed)."""
        at = clock.now()
        asked = PromotionWrite(data=request.data, context={"merchant": self.merchant, "at": at})
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        values = {name: said[name] for name in managing.FIELDS if name in said}
        with problems():
            made = managing.create(
                self.keeper, kind=said["kind"], currency=self.merchant.currency, at=at, values=values,
                products=said.get("products", {}),
            )  # fmt: skip
            self.set_state(made, said, at)
        return Response(self.fresh(made.code, at), status=status.HTTP_201_CREATED)


class PromotionDetail(PromotionView):
    """One promotion."""

    rights = {"GET": Right.PROMOTIONS_VIEW, "PATCH": Right.PROMOTIONS_EDIT}

    @extend_schema(parameters=[CODE], responses=PromotionSerializer, operation_id="get_promotion", tags=["promotions"])
    def get(self, request, code: str):
        """Show a promotion and what it gave."""
        return Response(self.fresh(code, clock.now()))

    @extend_schema(
        parameters=[CODE], request=PromotionWrite(partial=True), responses=PromotionSerializer,
        operation_id="edit_promotion", tags=["promotions"],
    )  # fmt: skip
    def patch(self, request, code: str):
        """Change what is given; with `version`, only if nobody else has since. A used one keeps its rules."""
        at = clock.now()
        found = get_object_or_404(self.rows(), code=code)
        context = {"merchant": self.merchant, "at": at, "given": {e.product: e.quantity for e in found.products.all()}}
        asked = PromotionWrite(found, data=request.data, partial=True, context=context)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        values = {name: said[name] for name in managing.FIELDS if name in said}
        with problems(), transaction.atomic():
            if values or "products" in said:
                version = said.get("version", found.version)
                found = managing.edit(
                    self.keeper, found, version=version, at=at, values=values, products=said.get("products")
                )
            self.set_state(found, said, at)
        return Response(self.fresh(code, at))


@contextmanager
def problems() -> Iterator[None]:
    """Turn the refusals of the verbs into problem documents."""
    try:
        yield
    except managing.EditConflict as error:
        raise Conflict from error
    except managing.WrongState as error:
        raise Ended from error
    except managing.Refused as error:
        message, rule = REFUSALS.get(error.field, USED)
        raise ValidationError({error.field: [message]}, rule) from error
