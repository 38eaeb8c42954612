"""Forms of promotions: what the list is narrowed to, and everything that can be set of one."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.forms.utils import ErrorDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from chengfeng.money import minor_unit
from chengfeng.searching import SearchField

from ..catalogue.forms import CategoryField
from ..catalogue.models import Category, Product
from ..people.models import Merchant
from ..tenancy import own
from . import wording
from .keepers import Keeper
from .managing import RULES
from .models import Promotion
from .rules import AMOUNTS, GIVES, MOST_PRODUCTS, MOST_UNITS, ONLY_OF, objections, settled

Benefit, Kind = Promotion.Benefit, Promotion.Kind
FOUND_AT_ONCE = 12
MOMENT = "%Y-%m-%dT%H:%M"


class FilterForm(forms.Form):
    """What the list of promotions is narrowed to, beside the phase."""

    q = SearchField(longest=80)
    kind = forms.ChoiceField(required=False, choices=[("", _("All kinds")), *Kind.choices])

    def narrow(self, promotions: QuerySet[Promotion]) -> QuerySet[Promotion]:
        self.is_valid()
        said = self.cleaned_data
        if q := said.get("q"):
            promotions = promotions.filter(Q(title__icontains=q) | Q(title_en__icontains=q) | Q(word__iexact=q))
        return promotions.filter(kind=said["kind"]) if said.get("kind") else promotions


class MomentField(forms.DateTimeField):
    """A date and time in the time zone that is active."""

    def __init__(self, **kwargs):
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
        super().__init__(input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S"], widget=widget, **kwargs)


class AmountEntry(forms.DecimalField):
    """An amount of money, zero or more."""

    def __init__(self, **kwargs):
        super().__init__(min_value=0, max_digits=14, decimal_places=4, required=False, **kwargs)


class PromotionForm(forms.Form):
    """Everything that can be set of a promotion of one kind; of a used one, what may still change."""

    title = forms.CharField(label=_("Title"), max_length=80, help_text=_("Shoppers read it on the coupon or badge."))
    title_en = forms.CharField(label=_("English title"), max_length=80, required=False)
    currency = forms.ChoiceField(label=_("Currency"))
    benefit = forms.ChoiceField(label=_("What it gives"))
    amount = AmountEntry(label=_("Amount"))
    percent = forms.DecimalField(
        label=_("Percent off"), min_value=Decimal("0.01"), max_value=100, max_digits=5, decimal_places=2, required=False
    )
    cap = AmountEntry(label=_("At most"), help_text=_("The most that a percentage takes off."))
    threshold = AmountEntry(label=_("From a value of"))
    repeats = forms.BooleanField(label=_("Again for every multiple of that value"), required=False)
    word = forms.RegexField(
        r"^[\w-]+$", label=_("Coupon word"), max_length=24, required=False,
        help_text=_("What a shopper can type in at the checkout, e.g. SPRING10. Empty: it can only be claimed."),
        error_messages={"invalid": _("Letters, digits, “-” and “_” only.")},
    )  # fmt: skip
    is_public = forms.BooleanField(label=_("Show it in the shop, to be claimed"), required=False)
    new_customers_only = forms.BooleanField(label=_("Only for shoppers who have not bought before"), required=False)
    category = CategoryField(label=_("Category"), empty_label=_("All categories"))
    starts_at = MomentField(label=_("Starts"))
    ends_at = MomentField(label=_("Ends"), required=False, help_text=_("Empty: it runs until you end it."))
    limit = forms.IntegerField(label=_("Uses in all"), min_value=1, max_value=10**9, required=False)
    per_shopper = forms.IntegerField(label=_("Uses per shopper"), min_value=1, max_value=1000, required=False)
    budget = AmountEntry(label=_("Budget"), help_text=_("The most it may take off in all; it stops there."))
    products = forms.ModelMultipleChoiceField(None, to_field_name="code", label=_("Products"), required=False)
    find = forms.CharField(required=False, max_length=80)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, kind: Kind, keeper: Keeper, promotion: Promotion | None = None, is_used: bool = False,
                 **kwargs):  # fmt: skip
        super().__init__(*args, **kwargs)
        self.kind, self.keeper, self.promotion, self.is_used = Kind(kind), keeper, promotion, is_used
        self.fields["benefit"].choices = [(benefit.value, benefit.label) for benefit in GIVES[self.kind]]
        self.fields["threshold"].required = self.kind == Kind.THRESHOLD
        self._suit_the_kind()
        self._suit_the_keeper()
        self._name_the_currency()
        for name in RULES if is_used else ():
            if name in self.fields:
                self.fields[name].disabled = True
        if is_used and "products" in self.fields:
            self.fields["products"].disabled = True

    def _suit_the_kind(self) -> None:
        for name, kinds in ONLY_OF.items():
            if self.kind not in kinds:
                del self.fields[name]

    def _suit_the_keeper(self) -> None:
        """A merchant chooses products and has one currency, the platform chooses a category and a currency."""
        if self.keeper.merchant:
            del self.fields["currency"], self.fields["category"]
            products = own(Product, self.keeper.merchant).exclude(state=Product.State.ARCHIVED).defer("search")
            self.fields["products"].queryset = products
        else:
            del self.fields["products"]
            self.fields["category"].grow(get_language() or "")
            self.fields["currency"].choices = [(code, code) for code in currencies()]
            self.fields["currency"].disabled = self.promotion is not None

    def _name_the_currency(self) -> None:
        if self.promotion or self.keeper.merchant:
            for name in self.fields.keys() & set(AMOUNTS):
                self.fields[name].label = f"{self.fields[name].label} ({self.its_currency})"

    @property
    def its_currency(self) -> str:
        """The currency of its amounts: the promotion's or the shop's, else the one entered."""
        if self.promotion or self.keeper.merchant:
            return self.promotion.currency if self.promotion else self.keeper.merchant.currency
        return self["currency"].value() or self.fields["currency"].choices[0][0]

    def as_draft(self) -> None:
        """Show what was typed without judging it yet."""
        self.is_valid()
        self._errors = ErrorDict()

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        said.update(settled(self.kind, said))
        said["units"] = {product: self.units_of(product) for product in said.get("products") or ()}
        for name, rule, message in objections(self.kind, said, said["units"], currency=self.its_currency):
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, ValidationError(message, rule))
        return said

    def units_of(self, product: Product) -> int:
        """Return how many units of a product a bundle takes, as entered or as stored; at least one."""
        stored = self.initial.get("units", {}).get(product.code, 1)
        if self.kind != Kind.BUNDLE or self.is_used or not self.is_bound:
            return stored
        entered = self.data.get(f"units_{product.code}", "1").strip()
        return min(max(int(entered), 1), MOST_UNITS) if entered.isdecimal() else 1

    def changes(self) -> dict[str, Any]:
        """Return the arguments of the verbs that make or change a promotion."""
        said = self.cleaned_data
        values = {name: said[name] for name in self.fields if name in said and name not in NOT_VALUES}
        return {"values": values, "products": said.get("units", {})}

    def preview(self) -> str:
        """Return in plain words what is entered so far, or nothing while too little is."""
        units, promised = [entry.units for entry in self.chosen], self._promised()
        needed = {Benefit.PERCENT: promised.percent, Benefit.SHIPPING: True}.get(promised.benefit, promised.amount)
        is_told = needed and (self.kind != Kind.BUNDLE or units) and (self.kind != Kind.THRESHOLD or promised.threshold)
        return wording.whole(promised, products=len(units), units=sum(units)) if is_told else ""

    def _promised(self) -> Promotion:
        """Return an unsaved promotion of what is entered so far, or the stored one when nothing is."""
        if self.promotion and not self.is_bound:
            return self.promotion
        said = {**self.initial, **getattr(self, "cleaned_data", {})} | {"category": self._chosen_category()}
        names = {field.name for field in Promotion._meta.fields} - set(NOT_VALUES)
        promised = Promotion(
            kind=self.kind, currency=self.its_currency, **{name: said[name] for name in names & said.keys()}
        )
        promised.threshold = promised.threshold or Decimal(0)
        return promised

    def _chosen_category(self) -> Category | None:
        return getattr(self, "cleaned_data", {}).get("category")

    @cached_property
    def chosen(self) -> list["Entry"]:
        """The products chosen so far, each with its units."""
        if "products" not in self.fields:
            return []
        codes = [getattr(value, "code", value) for value in self["products"].value() or ()]
        found = self.fields["products"].queryset.filter(code__in=codes).order_by("title", "pk")[:MOST_PRODUCTS]
        return [Entry(product, self.units_of(product)) for product in found]

    def found(self) -> Iterator["Entry"]:
        """Yield products to choose from: those that were looked for, or the newest; without those already chosen."""
        products = self.fields["products"].queryset.exclude(pk__in=[entry.product.pk for entry in self.chosen])
        for word in str(self["find"].value() or "").split():
            products = products.filter(
                Q(title__icontains=word) | Q(title_en__icontains=word) | Q(external_id__iexact=word)
            )
        return (Entry(product, 1) for product in products.order_by("-created_at", "-pk")[:FOUND_AT_ONCE])


NOT_VALUES = ("products", "find", "version", "currency")


@dataclass(frozen=True, slots=True)
class Entry:
    """A product in the picker, with the units of it that a bundle takes."""

    product: Product
    units: int


def currencies() -> list[str]:
    """Return the currencies in which shops sell, the one of most shops first."""
    used = Merchant.objects.values_list("currency").annotate(shops=Count("pk")).order_by("-shops", "currency")
    return [code for code, _shops in used] or ["CNY"]


def initial_of(promotion: Promotion) -> dict[str, Any]:
    """Return what the form shows of a promotion that is to be edited or copied."""
    given = {each.product.code: each.quantity for each in promotion.products.select_related("product")}
    plain = {name: getattr(promotion, name) for name in PromotionForm.base_fields if hasattr(Promotion, name)}
    rounded = {
        name: plain[name].quantize(minor_unit(promotion.currency)) for name in AMOUNTS if plain[name] is not None
    }
    category = promotion.category.slug if promotion.category else None
    return plain | rounded | {"products": list(given), "units": given, "category": category}
