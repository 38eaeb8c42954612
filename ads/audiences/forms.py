"""The form of an audience: what people did, when, and with which products."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.forms.utils import ErrorDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from chengfeng.typed import TypedField
from shops.catalogue.forms import CategoryField
from shops.models import Merchant, Product
from shops.tenancy import own

from ..models import Audience, Behaviour
from .people import Definition

DAYS = [(3, _("3 days")), (7, _("7 days")), (15, _("15 days")), (30, _("30 days"))]
FOUND_AT_ONCE = 24
MOST_PRODUCTS = 500
SHOP, CATEGORY, PRODUCTS = "shop", "category", "products"
SCOPES = [(SHOP, _("Any product of the shop")), (CATEGORY, _("Products of a category")), (PRODUCTS, _("Some products"))]


class AudienceForm(forms.Form):
    """Everything that is set of an audience."""

    name = TypedField(label=_("Name"), max_length=120)
    kinds = forms.MultipleChoiceField(
        label=_("What they did"), choices=Behaviour.Kind, widget=forms.CheckboxSelectMultiple,
        help_text=_("Any of these is enough."), error_messages={"required": _("Choose at least one.")},
    )  # fmt: skip
    days = forms.TypedChoiceField(label=_("In the last"), choices=DAYS, coerce=int, initial=30)
    scope = forms.ChoiceField(label=_("With"), choices=SCOPES, widget=forms.RadioSelect, initial=SHOP)
    category = CategoryField(label=_("Category"))
    products = forms.ModelMultipleChoiceField(None, to_field_name="code", label=_("Products"), required=False)
    find = forms.CharField(required=False, max_length=80)

    def __init__(self, *args, merchant: Merchant, **kwargs):
        super().__init__(*args, **kwargs)
        self.merchant = merchant
        self.fields["products"].queryset = own(Product, merchant).defer("search")
        self.fields["category"].grow(get_language() or "")

    def as_draft(self) -> None:
        """Show what was typed without judging it yet."""
        self.is_valid()
        self._errors = ErrorDict()

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        scope, products = said.get("scope"), list(said.get("products") or ())
        said["products"] = products if scope == PRODUCTS else []
        said["category"] = said.get("category") if scope == CATEGORY else None
        if scope == CATEGORY and not said["category"] and "category" not in self.errors:
            self.add_error("category", _("Choose a category."))
        if scope == PRODUCTS and not products and "products" not in self.errors:
            self.add_error("products", _("Choose at least one product."))
        elif len(products) > MOST_PRODUCTS:
            self.add_error("products", _("At most %(most)d products.") % {"most": MOST_PRODUCTS})
        return said

    def changes(self) -> dict[str, Any]:
        """Return the arguments of the verbs that make or edit an audience."""
        said = self.cleaned_data
        values = {name: said[name] for name in ("name", "kinds", "days", "category")}
        return {"values": values, "products": said["products"]}

    def definition(self) -> Definition | None:
        """Return who is meant, as far as that can be told from what was entered; its name does not matter."""
        self.is_valid()
        if self.errors.keys() - {"name"}:
            return None
        said = self.cleaned_data
        category, products = said["category"], tuple(product.pk for product in said["products"])
        return Definition(self.merchant.pk, tuple(said["kinds"]), said["days"], category and category.pk, products)

    def chosen_products(self) -> QuerySet[Product]:
        codes = [getattr(value, "code", value) for value in self["products"].value() or ()]
        return self.fields["products"].queryset.filter(code__in=codes).order_by("title", "pk")[:MOST_PRODUCTS]

    def found_products(self) -> QuerySet[Product]:
        """Return products to choose from: those that were looked for, or the newest; without those already chosen."""
        products = self.fields["products"].queryset.exclude(state=Product.State.ARCHIVED)
        products = products.exclude(pk__in=[product.pk for product in self.chosen_products()])
        for word in str(self["find"].value() or "").replace("\0", "").split():
            named = Q(title__icontains=word) | Q(title_en__icontains=word) | Q(external_id__iexact=word)
            products = products.filter(named)
        return products.order_by("-created_at", "-pk")[:FOUND_AT_ONCE]


def initial_of(audience: Audience) -> dict[str, Any]:
    """Return what the form shows of an audience that is to be edited."""
    codes = [product.code for product in audience.products.all()]
    scope = CATEGORY if audience.category_id else PRODUCTS if codes else SHOP
    plain = {name: getattr(audience, name) for name in ("name", "kinds", "days")}
    return {**plain, "scope": scope, "category": audience.category and audience.category.slug, "products": codes}
