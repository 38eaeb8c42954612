"""Forms of settlement: finding lines, the bank account, and the commission rates of categories."""

import re
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from chengfeng.searching import SearchField
from shops.models import Category

from .models import Settlement

NUMBER = re.compile(r"[A-Z0-9]{6,34}")


class FindForm(forms.Form):
    """Which settlements to show."""

    q = SearchField(label=_("Order, reference or transfer"), longest=80)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("All kinds")), *Settlement.Kind.choices], required=False
    )  # fmt: skip
    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class BankForm(forms.Form):
    """Where a merchant wants to be paid."""

    holder = forms.CharField(label=_("Account holder"), max_length=120)
    bank = forms.CharField(label=_("Bank"), max_length=120)
    number = forms.CharField(
        label=_("Account number"), max_length=50, help_text=_("Card or account number, or IBAN; blanks do not matter.")
    )

    def clean_number(self) -> str:
        number = re.sub(r"[\s-]", "", self.cleaned_data["number"]).upper()
        if not NUMBER.fullmatch(number):
            raise forms.ValidationError(_("An account number has 6 to 34 letters and digits."), code="number")
        return number


class RatesForm(forms.Form):
    """The commission rate of every category, in percent."""

    def __init__(self, *args, categories: list[Category], **kwargs):
        super().__init__(*args, **kwargs)
        self.categories = categories
        for category in categories:
            self.fields[str(category.pk)] = forms.DecimalField(
                label=category.name, min_value=0, max_value=100, max_digits=5, decimal_places=2,
                initial=(category.commission_rate * 100).quantize(Decimal("0.01")),
            )  # fmt: skip

    @property
    def rows(self) -> list[tuple[Category, forms.BoundField]]:
        return [(category, self[str(category.pk)]) for category in self.categories]

    def rates(self) -> dict[int, Decimal]:
        """Return the rates as ratios, by the categories' pk."""
        return {int(pk): percent / 100 for pk, percent in self.cleaned_data.items()}
