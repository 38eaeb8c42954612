"""The forms of the orders room: what goes into the cart, where it is sent, and how it is paid."""

from django import forms
from django.utils.translation import gettext_lazy as _

from chengfeng.payments.sandbox import SOURCES

from .cart import MAX_UNITS
from .models import Checkout

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


class ContactForm(forms.ModelForm):
    """Who receives the goods, and where; services need no address."""

    total = forms.DecimalField(widget=forms.HiddenInput)

    class Meta:
        model = Checkout
        fields = ["email", "recipient", "phone", "region", "city", "street", "postal_code"]
        widgets = {
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "recipient": forms.TextInput(attrs={"autocomplete": "name"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "type": "tel", "inputmode": "tel"}),
            "region": forms.TextInput(attrs={"autocomplete": "address-level1"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "street": forms.TextInput(attrs={"autocomplete": "street-address"}),
            "postal_code": forms.TextInput(attrs={"autocomplete": "postal-code"}),
        }
        error_messages = {
            "email": {
                "required": _("We need an e-mail address to send the receipt to."),
                "invalid": _("This is no e-mail address."),
            },
            "recipient": {"required": _("Who shall receive the goods?")},
        }

    def __init__(self, *args, needs_address: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not needs_address:
            for name in ("region", "city", "street", "postal_code"):
                del self.fields[name]
            return
        for name, message in (("city", _("Which city?")), ("street", _("Which street and number?"))):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = message


class PayForm(forms.Form):
    """How the sandbox shall behave."""

    source = forms.ChoiceField(choices=[(source, source) for source in SOURCES])
