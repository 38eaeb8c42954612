"""The forms of cases: what a shopper asks for, and how shop, shopper and platform go on."""

from collections.abc import Mapping
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from chengfeng.templatetags.frame import text
from chengfeng.typed import TypedField
from shops.catalogue.pictures import ACCEPT

from .. import carriers
from .claims import Claimable, replacements
from .models import Case
from .photos import MOST

REFUSALS = {
    "not_now": _("This cannot be asked for at the moment."),
    "too_late": _("The time in which this could be asked for is over."),
    "empty": _("Choose the units it is about."),
    "unknown": _("This choice is not offered."),
    "too_many": _("That is more units than can be asked for."),
    "too_much": _("That is more than these units cost."),
    "too_fine": _("That is no amount of this currency."),
    "not_given": _("Who is right gets something back, at most what was asked for."),
    "not_less": _("An offer is less than what was asked for."),
    "changed": _("The offer has changed meanwhile. Look at it again."),
}


class Photos(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Up to five pictures."""

    def __init__(self):
        super().__init__(
            label=_("Photos"),
            required=False,
            help_text=_("Up to 5 pictures of 10 MB each. Only shopper, shop and platform see them."),
            widget=Photos(attrs={"accept": ACCEPT}),
        )

    def clean(self, data, initial=None):
        uploads = [super(PhotosField, self).clean(one, initial) for one in data or [] if one]
        if len(uploads) > MOST:
            raise forms.ValidationError(_("Choose at most 5 pictures."), "too_many")
        return uploads


def words(label: str, *, required: bool = False) -> forms.CharField:
    return TypedField(
        label=label, max_length=1000, required=required, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip


def amount(label: str, *, required: bool = False, help_text: str = "", least: str = "0") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=Decimal(least), max_digits=14, decimal_places=2, required=required, help_text=help_text
    )


class CaseForm(forms.Form):
    """What a shopper asks for about which units of her order."""

    kind = forms.ChoiceField(label=_("What do you ask for?"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(label=_("Why?"), choices=[("", "–"), *Case.Reason.choices])
    words = words(_("In your words"))
    amount = amount(_("Amount"), help_text=_("Leave it empty to ask for all that these units cost."))
    photos = PhotosField()

    def __init__(self, *args, kinds: list[Case.Kind], known: Mapping[str, Claimable], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]
        self.known = {code: one for code, one in known.items() if one.units}
        for code, one in self.known.items():
            self.fields[code] = forms.IntegerField(
                label=one.line.title, min_value=0, max_value=one.units, initial=0, required=False
            )
            self._offer_others(code, one, kinds)

    def _offer_others(self, code: str, one: Claimable, kinds: list[Case.Kind]) -> None:
        others = list(replacements(one.line)) if Case.Kind.EXCHANGE in kinds else []
        if len(others) > 1:
            self.fields[f"{code}-for"] = forms.ChoiceField(
                label=_("In exchange for"), required=False, initial=one.line.variant.code,
                choices=[(each.code, " · ".join(text(each, "options").values()) or each.sku) for each in others],
            )  # fmt: skip

    def line_fields(self) -> list[tuple[Claimable, forms.BoundField, forms.BoundField | None]]:
        """Return each line that can be asked for, the field of its units, and that of what is wanted instead."""
        return [
            (one, self[code], self[f"{code}-for"] if f"{code}-for" in self.fields else None)
            for code, one in self.known.items()
        ]

    def wanted(self) -> dict:
        """Return the keywords of `cases.request`."""
        data = self.cleaned_data
        return {
            "kind": data["kind"],
            "reason": data["reason"],
            "words": data["words"],
            "amount": data["amount"],
            "photos": data["photos"],
            "units": {code: data[code] or 0 for code in self.known},
            "replacements": {code: data[f"{code}-for"] for code in self.known if data.get(f"{code}-for")},
        }


class EmptyForm(forms.Form):
    """A step that needs no words."""


class NoteForm(forms.Form):
    note = words(_("Words to the other side"))


class AcceptForm(forms.Form):
    note = words(_("Words to the shopper"))


class AcceptReturnForm(forms.Form):
    note = words(_("Where to send it, and what to mind"))


class OfferForm(forms.Form):
    amount = amount(_("Amount"), required=True, least="0.01")
    note = words(_("Why less"))


class RejectForm(forms.Form):
    note = words(_("Why not"), required=True)
    photos = PhotosField()


class ReceiveForm(forms.Form):
    restock = forms.BooleanField(label=_("Fit to be sold again: put it back on the shelf"), required=False)


class ParcelForm(forms.Form):
    carrier = forms.ChoiceField(label=_("Carrier"), choices=carriers.CHOICES)
    tracking = forms.CharField(label=_("Tracking number"), max_length=60)


class AgreeForm(forms.Form):
    amount = forms.DecimalField(widget=forms.HiddenInput)


class EscalateForm(forms.Form):
    note = words(_("What the platform should know"), required=True)
    photos = PhotosField()


class DecideForm(forms.Form):
    """What the platform decides, with the reason that both sides read."""

    for_shopper = forms.TypedChoiceField(
        label=_("Decision"), coerce=lambda value: value == "shopper", widget=forms.RadioSelect,
        choices=[("shopper", _("The shopper is right")), ("merchant", _("The shop is right"))],
    )  # fmt: skip
    amount = amount(_("Amount"), help_text=_("Where the shopper is right. Leave it empty for all that was asked for."))
    note = words(_("Reason that both sides read"), required=True)
