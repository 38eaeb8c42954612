"""Forms of shipping templates: the template, its rates by region, products to send by it, the preview."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from chengfeng.money import minor_unit
from chengfeng.searching import SearchField

from . import checking, places
from .models import ShippingRate, ShippingTemplate

NEW_ROWS = 2
MAX_ROWS = 60


class TemplateForm(forms.ModelForm):
    """Name, what is counted, and whether it is the default; `version` is the one that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    class Meta:
        model = ShippingTemplate
        fields = ["name", "basis", "is_default"]
        widgets = {"basis": forms.RadioSelect}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["basis"].help_text = _("What nobody has weighed counts as one kilogram a piece.")
        if self.instance.pk:
            self.initial["version"] = self.instance.version

    def _post_clean(self) -> None:
        """Leave the instance alone: the verb compares versions and writes."""

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class RateForm(forms.Form):
    """A row: where to, the first and the further units, from what value on it is free, or that nothing is sent there.

    `home` is the merchant's country, whose provinces are offered one by one.
    """

    provinces = forms.MultipleChoiceField(label=_("Provinces"), required=False, widget=forms.CheckboxSelectMultiple)
    countries = forms.MultipleChoiceField(
        label=_("Countries and regions"), required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    is_served = forms.BooleanField(label=_("Sent there"), required=False, initial=True)
    first_units = forms.DecimalField(label=_("First"), min_value=Decimal("0.001"), max_digits=8, decimal_places=3)
    first_price = forms.DecimalField(label=_("Price"), min_value=0, max_digits=12, decimal_places=4)
    next_units = forms.DecimalField(label=_("Each further"), min_value=Decimal("0.001"), max_digits=8, decimal_places=3)
    next_price = forms.DecimalField(label=_("Price"), min_value=0, max_digits=12, decimal_places=4)
    free_from = forms.DecimalField(label=_("Free from"), min_value=0, max_digits=12, decimal_places=4, required=False)
    PRICES = ("first_price", "next_price", "free_from")
    NUMBERS = ("first_units", "first_price", "next_units", "next_price")

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.currency, self.home = currency, places.home(currency)
        self.fields["provinces"].choices = [(f"{self.home}/{p.key}", p.label) for p in places.divisions(self.home)]
        self.fields["countries"].choices = places.countries()
        for name in self.PRICES:
            self.fields[name].widget.attrs |= {"step": str(minor_unit(currency)), "inputmode": "decimal"}
        for name in self.NUMBERS:
            self.fields[name].required = False  # a row that is not served needs none

    @property
    def chosen(self) -> list[str]:
        """What stands in the row now, as people call it."""
        regions = [*(self["provinces"].value() or []), *(self["countries"].value() or [])]
        return [checking.place_label(region) for region in regions]

    @property
    def numbers(self) -> list[forms.BoundField]:
        return [self[name] for name in (*self.NUMBERS, "free_from")]

    @property
    def is_blank(self) -> bool:
        return not (self.cleaned_data.get("provinces") or self.cleaned_data.get("countries"))

    def clean(self) -> dict:
        values = super().clean()
        for name in self.NUMBERS:
            missing = values.get(name) is None and name not in self.errors
            if missing and values.get("is_served") and (not self.is_blank or self.prefix == "else"):
                self.add_error(name, _("A number is missing."))
        for name in self.PRICES:
            if values.get(name) and values[name] % minor_unit(self.currency):
                self.add_error(name, _("There is no coin this small."))
        return values

    def rate(self) -> dict[str, Any]:
        """Return the row as the verbs take it; what is not served keeps harmless numbers."""
        entered = self.cleaned_data
        defaults = {"first_units": Decimal(1), "first_price": 0, "next_units": Decimal(1), "next_price": 0}
        numbers = {name: default if entered[name] is None else entered[name] for name, default in defaults.items()}
        regions = entered["provinces"] + entered["countries"]
        return {"regions": regions, "is_served": entered["is_served"], "free_from": entered["free_from"], **numbers}


class RateTable(forms.BaseFormSet):
    """The rows that name places; those without any are left out."""

    def __init__(self, *args, elsewhere: RateForm, **kwargs):
        super().__init__(*args, **kwargs)
        self.elsewhere = elsewhere

    def clean(self) -> None:
        if any(self.errors) or not self.elsewhere.is_valid():
            return
        forms_ = [form for form in self.forms if not form.is_blank] + [self.elsewhere]
        for row, rule, place in checking.faults(self.rates()):
            message = checking.MESSAGES[rule] % {"place": place}
            if row < 0:
                raise forms.ValidationError(message, rule)
            forms_[row].add_error("provinces", message)

    def rates(self) -> list[dict]:
        """Return all rates, everywhere else last."""
        return [form.rate() for form in self.forms if not form.is_blank] + [self.elsewhere.rate()]


RateFormSet = forms.formset_factory(RateForm, formset=RateTable, extra=NEW_ROWS, max_num=MAX_ROWS, validate_max=True)


def initial_of(rate: ShippingRate, *, currency: str) -> dict[str, Any]:
    """Return what the row of a stored rate shows."""
    values = {name: _plain(getattr(rate, name), currency) for name in RateForm.PRICES}
    units = {name: getattr(rate, name).normalize() for name in ("first_units", "next_units")}
    provinces = [region for region in rate.regions if "/" in region]
    countries = [region for region in rate.regions if "/" not in region]
    return {"provinces": provinces, "countries": countries, "is_served": rate.is_served, **values, **units}


def _plain(amount: Decimal | None, currency: str) -> Decimal | None:
    return amount if amount is None else amount.quantize(minor_unit(currency))


class PreviewForm(forms.Form):
    """What would be sent where."""

    units = forms.DecimalField(
        label=_("How much"), min_value=Decimal("0.001"), max_digits=8, decimal_places=3, initial=1
    )
    value = forms.DecimalField(label=_("Worth"), min_value=0, max_digits=12, decimal_places=2, required=False)
    to = forms.ChoiceField(label=_("Where to"))

    def __init__(self, *args, currency: str, basis: str, **kwargs):
        super().__init__(*args, **kwargs)
        home = places.home(currency)
        provinces = [(f"{home}/{place.key}", place.label) for place in places.divisions(home)]
        self.fields["to"].choices = provinces + places.countries()
        counted = _("pieces") if basis == ShippingTemplate.Basis.PIECE else _("kilograms")
        self.fields["units"].label = format_lazy("{} ({})", self.fields["units"].label, counted)
        self.fields["value"].label = format_lazy("{} ({})", self.fields["value"].label, currency)


class ChooseForm(forms.Form):
    """Which products are listed to choose from."""

    q = SearchField(label=_("Words, number or SKU"))
    which = forms.ChoiceField(
        label=_("Sent by"),
        required=False,
        choices=[
            ("", _("Any template")),
            ("this", _("This template")),
            ("default", _("The default")),
            ("other", _("Another")),
        ],
    )

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
