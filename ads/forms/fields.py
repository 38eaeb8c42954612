"""Fields that the forms of the ads room share: moments, prices, percents, categories, audiences."""

from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_symbol
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengfeng.templatetags.frame import locale, money, text
from shops.models import Category, Note, Product

from ..audiences.sizes import rounded
from ..campaigns.rules import HIGHEST_AMOUNT, LOWEST_AMOUNT, PERCENT
from ..models import Audience

MOST_DECIMALS = 4
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
    """A positive amount; forms say in which currency, so that limits are told with it."""

    currency = ""

    def __init__(self, **kwargs):
        super().__init__(error_messages={"invalid": _("Give an amount, such as 12.50.")}, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "min": "0.01", "step": "0.01"}

    def validate(self, value: Decimal | None) -> None:
        super().validate(value)
        if value is None:
            return
        if value < LOWEST_AMOUNT:
            raise self._refusal("min_value", _("At least %(amount)s."), LOWEST_AMOUNT)
        if value >= HIGHEST_AMOUNT:
            raise self._refusal("max_value", _("At most %(amount)s."), HIGHEST_AMOUNT - LOWEST_AMOUNT)
        if value.normalize().as_tuple().exponent < -MOST_DECIMALS:
            raise ValidationError(_("At most four decimals."), code="max_decimal_places")

    def _refusal(self, code: str, said: Promise | str, limit: Decimal) -> ValidationError:
        amount = money(limit, self.currency) if self.currency else f"{limit:,}"
        return ValidationError(said, code=code, params={"amount": amount})

    @property
    def sign(self) -> str:
        """The currency as it stands before an amount."""
        return get_currency_symbol(self.currency, locale=locale()) if self.currency else ""


def in_currency(form: forms.Form, currency: str) -> None:
    """Let the amounts of a form be of a currency."""
    for field in form.fields.values():
        if isinstance(field, PriceField):
            field.currency = currency


class NumberField(forms.IntegerField):
    """A whole number within limits, which are told in the field's own words."""

    def __init__(self, *, wrong: Promise | str, **kwargs):
        super().__init__(error_messages=dict.fromkeys(("min_value", "max_value", "invalid"), wrong), **kwargs)


class PercentField(NumberField):
    """How much more or less, in per cent; nothing is 0."""

    def __init__(self, **kwargs):
        wrong = _("A whole number from −99 to 900 is needed.")
        super().__init__(wrong=wrong, min_value=PERCENT.start, max_value=PERCENT.stop - 1, required=False, **kwargs)

    def clean(self, value: Any) -> int:
        return super().clean(value) or 0


class CategoriesField(forms.ModelMultipleChoiceField):
    """Categories, called in the reader's language."""

    def __init__(self, **kwargs):
        super().__init__(None, to_field_name="slug", widget=forms.CheckboxSelectMultiple, **kwargs)

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
