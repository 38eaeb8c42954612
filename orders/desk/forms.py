"""The forms of the desk: what is looked for, and what is done with orders."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from chengfeng.searching import SearchField

from .. import carriers
from ..models import Order, OrderNote, Shipment
from ..moves import GIVEN_BY_PEOPLE, OrderState
from ..refunds import Left
from . import attention
from .models import Flag
from .paging import SORTS

ATTENTION = "attention"
STATES = [("", _("All")), (ATTENTION, _("Needs me")), *OrderState.choices]
PRICED_BY = [("", _("Any")), ("promotion", _("Promotion")), ("flash", _("Flash sale")), ("presale", _("Presale"))]
DAY = forms.DateInput(attrs={"type": "date"})


class FindForm(forms.Form):
    """Everything by which a merchant looks for orders; all of it stays in the address."""

    q = SearchField(
        label=_("Search"),
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Code, name, phone, e-mail, SKU, product, tracking number …")}
        ),
    )
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False, widget=forms.HiddenInput)
    why = forms.ChoiceField(
        choices=[("", ""), *((name, kind.title) for name, kind in attention.KINDS.items())],
        required=False,
        widget=forms.HiddenInput,
    )
    first = forms.DateField(label=_("From"), required=False, widget=DAY)
    last = forms.DateField(label=_("To"), required=False, widget=DAY)
    product = SearchField(label=_("Product or SKU"))
    region = forms.CharField(label=_("Province or state"), max_length=80, required=False)
    low = forms.DecimalField(label=_("Amount from"), min_value=0, max_digits=14, required=False)
    high = forms.DecimalField(label=_("Amount to"), min_value=0, max_digits=14, required=False)
    priced = forms.ChoiceField(label=_("Priced by"), choices=PRICED_BY, required=False)
    carrier = forms.CharField(label=_("Carrier"), max_length=60, required=False)
    flag = forms.ChoiceField(label=_("Flag"), choices=[("", _("Any")), *Flag.choices], required=False)
    note = forms.BooleanField(label=_("Has a note"), required=False)
    message = forms.BooleanField(label=_("Has a message of the shopper"), required=False)
    refund = forms.BooleanField(label=_("Has a refund"), required=False)
    sort = forms.ChoiceField(
        label=_("Sort"), choices=[(name, sort.title) for name, sort in SORTS.items()], required=False
    )

    def clean(self) -> dict:
        wanted = super().clean()
        for low, high in (("first", "last"), ("low", "high")):
            if wanted.get(low) is not None and wanted.get(high) is not None and wanted[low] > wanted[high]:
                self.add_error(high, _("The end lies before the beginning."))
        return wanted


class FlagForm(forms.Form):
    """The colour that orders are marked with; none takes the mark off."""

    flag = forms.ChoiceField(label=_("Flag"), choices=[("", _("No flag")), *Flag.choices], required=False)


class NoteForm(forms.ModelForm):
    """What the house shall know of an order."""

    class Meta:
        model = OrderNote
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 2, "maxlength": 500})}


class FileForm(forms.Form):
    """A file of parcels."""

    file = forms.FileField(label=_("File"))


class CancelForm(forms.Form):
    """Why a merchant cancels."""

    reason = forms.ChoiceField(label=_("Reason"), choices=[(reason.value, reason.label) for reason in GIVEN_BY_PEOPLE])


class ShipForm(forms.ModelForm):
    """A parcel: how it goes, and how many units of each line are in it."""

    class Meta:
        model = Shipment
        fields = ["carrier", "tracking"]
        widgets = {"carrier": forms.TextInput(attrs={"list": "carriers"})}
        help_texts = {"carrier": ""}

    def __init__(self, *args, open_lines: list, **kwargs):
        super().__init__(*args, **kwargs)
        self.open_lines = open_lines
        for line in open_lines:
            self.fields[line.code] = forms.IntegerField(
                label=line.title, min_value=0, max_value=line.open, initial=line.open, required=False
            )

    def clean_carrier(self) -> str:
        return carriers.code_of(self.cleaned_data["carrier"])

    def line_fields(self) -> list[tuple]:
        return [(line, self[line.code]) for line in self.open_lines]

    def units(self) -> dict[str, int] | None:
        """Return the units by line, or None where nobody chose any: all that is left."""
        named = {line.code: self.cleaned_data[line.code] for line in self.open_lines}
        return {code: n for code, n in named.items() if n} if any(n is not None for n in named.values()) else None


class RefundForm(forms.Form):
    """What is given back: units per line, shipping, whether the goods come back."""

    shipping = forms.DecimalField(
        label=_("Shipping, tax and fees"), min_value=Decimal(0), decimal_places=2, required=False, initial=Decimal(0)
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    restock = forms.BooleanField(label=_("Put the units back on the shelf"), required=False)

    def __init__(self, *args, order: Order, lefts: list[Left], **kwargs):
        super().__init__(*args, **kwargs)
        self.lefts = lefts
        for left in lefts:
            self.fields[left.line.code] = forms.IntegerField(
                label=left.line.title, min_value=0, max_value=left.quantity, initial=0, required=False
            )

    def line_fields(self) -> list[tuple[Left, forms.BoundField]]:
        return [(left, self[left.line.code]) for left in self.lefts]
