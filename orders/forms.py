"""The forms of the orders room: what goes into the cart, where it is sent, and how it is paid."""

from django import forms
from django.utils.translation import gettext_lazy as _

from chengfeng.payments.sandbox import SOURCES
from chengfeng.typed import TypedField

from .addresses.forms import PARTS, AddressFields
from .cart import MAX_UNITS

SOURCE_TEXTS = {
    "approve": (_("Pay"), _("The payment is approved at once.")),
    "decline": (_("Declined card"), _("The bank says no; you can try again.")),
    "hang": (_("No answer"), _("The provider takes the money but does not answer; we find out.")),
    "twice": (_("Message twice"), _("Approved, and the provider tells us so twice more.")),
    "webhook_first": (_("Message first"), _("The provider's message arrives before its answer.")),
}


class AddForm(forms.Form):
    """Units of a variant for the cart."""

    variant = forms.CharField(max_length=24)
    quantity = forms.IntegerField(min_value=1, max_value=MAX_UNITS)


class QuantityForm(forms.Form):
    """How many units of a line stay in the cart; 0 takes it out."""

    quantity = forms.IntegerField(min_value=0, max_value=MAX_UNITS)


class ContactForm(AddressFields):
    """Who receives the goods, and where; services need no address."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("We need an e-mail address to send the receipt to."),
            "invalid": _("This is no e-mail address."),
        },
    )  # fmt: skip
    recipient = TypedField(
        label=_("Recipient"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Who shall receive the goods?")},
    )  # fmt: skip
    phone = TypedField(
        label=_("Phone"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel", "inputmode": "tel"}),
    )  # fmt: skip
    keep = forms.BooleanField(label=_("Keep it in my address book"), required=False)
    PEOPLE = ("email", "recipient", "phone")

    def __init__(self, *args, needs_address: bool, **kwargs):
        super().__init__(*args, needs_address=needs_address, **kwargs)
        if not needs_address:
            del self.fields["keep"]

    @property
    def people(self) -> list[forms.BoundField]:
        return [self[name] for name in self.PEOPLE]

    def contact(self) -> dict[str, str]:
        """Return who and where as `Contact` takes it."""
        return {name: self.cleaned_data[name] for name in (*self.PEOPLE, *PARTS) if name in self.cleaned_data}

    def entry(self) -> dict[str, str]:
        """Return what of it the address book keeps."""
        return {name: value for name, value in self.contact().items() if name != "email"}


class PayForm(forms.Form):
    """How the sandbox shall behave."""

    source = forms.ChoiceField(choices=[(source, source) for source in SOURCES])
