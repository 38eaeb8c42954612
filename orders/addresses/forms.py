"""The fields of an address on a form: choices that depend on each other, and checks in words."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengfeng.typed import TypedField
from shops.delivery import places

from . import checking

PARTS = ("country", "region", "city", "district", "street", "postal_code")
REGIONS = {
    "province": _("Province"), "state": pgettext_lazy("part of an address", "State"), "prefecture": _("Prefecture"),
    "county": _("County"),
    "department": _("Department"), "emirate": _("Emirate"), "island": _("Island"), "oblast": _("Oblast"),
    "parish": _("Parish"), "area": _("Area"), "district": _("District"), "do_si": _("Province"),
}  # fmt: skip
CODES = {"zip": _("ZIP code"), "pin": _("PIN code"), "eircode": _("Eircode")}


class AddressFields(forms.Form):
    """Country, province, city, district, street and postal code, as far as addresses of the country have them.

    Names are typed or chosen in any of their languages and cleaned to the local one. What has `data-counts` has the
    form shown anew by script; without it the choices below a province come with the next answer.
    """

    country = TypedField(label=_("Country or region"), max_length=2, required=False)
    region = TypedField(label=_("Province or state"), max_length=80, required=False)
    city = TypedField(label=_("City"), max_length=80, required=False)
    district = TypedField(label=_("District"), max_length=80, required=False)
    street = TypedField(label=_("Street, number, flat"), max_length=200, required=False)
    postal_code = TypedField(label=_("Postal code"), max_length=20, required=False)
    COMPLETES = {
        "country": "country", "region": "address-level1", "city": "address-level2", "district": "address-level3",
        "street": "street-address", "postal_code": "postal-code",
    }  # fmt: skip

    def __init__(self, *args, needs_address: bool = True, **kwargs):
        super().__init__(*args, **kwargs)
        if not needs_address:
            for name in PARTS:
                del self.fields[name]
            return
        now = checking.known({name: self._stands(name) for name in PARTS})
        self._offer(now)
        for name in PARTS[1:]:
            if not checking.has(name, now["country"]):
                del self.fields[name]

    def _stands(self, name: str) -> str:
        """Return what a field holds; a bound field would keep the label of now for good."""
        initial = self.get_initial_for_field(self.fields[name], name)
        return str((self.data.get(self.add_prefix(name)) if self.is_bound else initial) or "")

    def _offer(self, now: dict[str, str]) -> None:
        """Let the choices, labels and marks be those of the address as it stands."""
        country, region, city = now["country"], now["region"], now["city"]
        self._choose("country", places.countries())
        self._choose("region", _named(country))
        self._choose("city", _named(country, region) if region else [])
        self._suggest(_named(country, region, city) if city else [])
        if country in places.codes():
            rules = places.country(country).rules
            self.fields["region"].label = REGIONS.get(rules.get("state_name_type", ""), _("Province or state"))
            self.fields["postal_code"].label = CODES.get(rules.get("zip_name_type", ""), _("Postal code"))
        for name in PARTS:
            self.fields[name].widget.attrs |= {"autocomplete": self.COMPLETES[name]}
            self.fields[name].required = name == "country" or checking.is_needed(name, now)
            self.fields[name].error_messages["required"] = checking.MESSAGES[name, "required"]

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        if choices:
            self.fields[name].widget = forms.Select(
                choices=[("", _("Please choose")), *choices], attrs={"data-counts": True}
            )

    def _suggest(self, choices: list[tuple[str, str]]) -> None:
        """Offer the districts without insisting: they are renamed and founded all the time."""
        self.districts = choices
        if choices:
            self.fields["district"].widget.attrs["list"] = "districts"

    @property
    def parts(self) -> list[forms.BoundField]:
        """The fields of the address, as far as there are any."""
        return [self[name] for name in PARTS if name in self.fields]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        entered = {name: values[name] for name in PARTS if name in values}
        if not entered:
            return values
        cleaned = checking.known(entered)
        for name, rule in checking.faults(cleaned):
            if name in self.fields and name not in self.errors:
                message = checking.MESSAGES[name, rule]
                params = {"example": checking.example(cleaned["country"])} if rule == "invalid" else None
                self.add_error(name, forms.ValidationError(message, rule, params))
        return values | cleaned


def _named(country: str, *path: str) -> list[tuple[str, str]]:
    return [(place.key, place.label) for place in places.divisions(country, *path)]


class EntryForm(AddressFields):
    """An address of the address book."""

    recipient = TypedField(
        label=_("Recipient"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Who shall receive the goods?")},
    )  # fmt: skip
    phone = TypedField(
        label=_("Phone"), max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel", "inputmode": "tel"}),
        error_messages={"required": _("Which number may the carrier call?")},
    )  # fmt: skip
    is_default = forms.BooleanField(label=_("Use this one unless I choose another"), required=False)
    field_order = ("recipient", "phone", *PARTS, "is_default")
