"""Fields that the forms of the ads room share: moments, prices, percents, categories, audiences."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chengfeng.templatetags.frame import text
from shops.models import Category, Note, Product

from ..audiences.sizes import rounded
from ..campaigns.rules import PERCENT
from ..models import Audience

MOMENT = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A date and time in the merchant's time zone."""

    def __init__(self, **kwargs):
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
        super().__init__(input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S"], widget=widget, **kwargs)


class DayField(forms.DateField):
    """A day of the merchant's calendar."""

    def __init__(self, **kwargs):
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class PriceField(forms.DecimalField):
    """A positive amount in cents."""

    def __init__(self, **kwargs):
        super().__init__(min_value=Decimal("0.01"), max_digits=12, decimal_places=2, **kwargs)


class PercentField(forms.IntegerField):
    """How much more or less, in per cent; nothing is 0."""

    def __init__(self, **kwargs):
        super().__init__(min_value=PERCENT.start, max_value=PERCENT.stop - 1, required=False, **kwargs)

    def clean(self, value: Any) -> int:
        return super().clean(value) or 0


class CategoriesField(forms.ModelMultipleChoiceField):
    """Categories, called in the reader's language."""

    def __init__(self, **kwargs):
        super().__init__(None, to_field_name="slug", widget=forms.SelectMultiple(attrs={"size": 8}), **kwargs)

    def label_from_instance(self, category: Category) -> str:
        return text(category, "name")


class ProductsField(forms.ModelMultipleChoiceField):
    """Products, called in the reader's language."""

    def __init__(self, **kwargs):
        super().__init__(None, to_field_name="code", required=False, **kwargs)

    def label_from_instance(self, thing: Product | Note) -> str:
        return text(thing, "title")


class AudiencesField(forms.ModelMultipleChoiceField):
    """Audiences with about how many people they are."""

    def __init__(self, **kwargs):
        widget = forms.CheckboxSelectMultiple
        super().__init__(None, to_field_name="code", required=False, widget=widget, **kwargs)

    def label_from_instance(self, audience: Audience) -> str:
        if audience.size is None:
            return f"{audience.name} ({_('being counted')})"
        return f"{audience.name} ({rounded(audience.size)})"


def two_decimals(amount: Decimal | None) -> Decimal | None:
    """Drop the decimals beyond cents where they are zero."""
    if amount is None:
        return None
    cents = amount.quantize(Decimal("0.01"))
    return cents if cents == amount else amount.normalize()
