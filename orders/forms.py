"""The forms of the orders room: what goes into the cart, where it is sent, and how orders are found and refunded."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from chengfeng.payments.sandbox import SOURCES

from .cart import MAX_UNITS
from .models import Checkout, Order, Shipment
from .moves import GIVEN_BY_PEOPLE, OrderState
from .refunds import Left

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


class FindForm(forms.Form):
    """Words, state and local days by which a merchant finds orders."""

    q = forms.CharField(
        label=_("Search"),
        max_length=100,
        required=False,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Code, e-mail, name, phone, SKU or tracking number")}
        ),
    )
    state = forms.ChoiceField(choices=[("", _("All")), *OrderState.choices], required=False)
    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class ShipForm(forms.ModelForm):
    """The parcel an order leaves in."""

    class Meta:
        model = Shipment
        fields = ["carrier", "tracking"]


class CancelForm(forms.Form):
    """Why a merchant cancels."""

    reason = forms.ChoiceField(label=_("Reason"), choices=[(reason.value, reason.label) for reason in GIVEN_BY_PEOPLE])


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
