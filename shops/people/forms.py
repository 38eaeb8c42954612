"""Forms of people, tokens and settings."""

from datetime import date, datetime, timedelta
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chengfeng.money import is_currency
from chengfeng.periods import local_date, midnight
from chengfeng.typed import TypedField

from ..tenancy import Access
from .models import Merchant, User
from .rights import FOR_PROGRAMS, LENDABLE, Right, Role
from .settings import ACCENT, FACE, FIXED_ONCE_OPEN, changeable

A_DAY = timedelta(days=1)


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=Role, initial=Role.SERVICE)


class RoleForm(forms.Form):
    """The role of a member."""

    role = forms.ChoiceField(label=_("Role"), choices=Role)


class UntilField(forms.DateField):
    """The last day, included, on which something holds."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs):
        super().__init__(help_text=_("Up to and including this day."), **kwargs)


class RightsForm(forms.Form):
    """Some of the rights that the asker holds, until a day of the merchant's calendar."""

    offered: tuple[Right, ...] = ()
    rights = forms.MultipleChoiceField(label=_("Rights"), widget=forms.CheckboxSelectMultiple)
    until = UntilField(label=_("Valid until"))

    def __init__(self, *args, access: Access, at: datetime, **kwargs):
        super().__init__(*args, **kwargs)
        self.time_zone = access.merchant.time_zone
        self.today = local_date(at, self.time_zone)
        self.fields["rights"].choices = [(right.value, right.label) for right in self.offered if access.may(right)]
        self.fields["until"].widget.attrs |= {"min": self.today.isoformat(), "max": self.last_day.isoformat()}

    @property
    def last_day(self) -> date:
        return self.today + timedelta(days=364)

    def clean_until(self) -> datetime | None:
        """Return the first instant after the day, as everything else here is half-open."""
        day = self.cleaned_data["until"]
        if day is None:
            return None
        if not self.today <= day <= self.last_day:
            raise ValidationError(_("Choose a day from today on, at most a year away."), code="out_of_range")
        return midnight(day + A_DAY, self.time_zone)


class DelegationForm(RightsForm):
    """Which rights to lend to whom, and until when."""

    offered = LENDABLE
    email = forms.EmailField(label=_("E-mail"), help_text=_("Of a key-account manager, or of somebody at your agency."))
    field_order = ["email", "rights", "until"]


class TokenForm(RightsForm):
    """What a program is called, what it may do, and until when."""

    offered = FOR_PROGRAMS
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What will use it, such as “warehouse system”."))
    until = UntilField(label=_("Valid until"), required=False)
    field_order = ["name", "rights", "until"]


class TrailFilter(forms.Form):
    """What to look for in the audit trail."""

    person = forms.CharField(label=_("Person"), required=False, max_length=80)
    verb = forms.CharField(label=_("Action"), required=False, max_length=40)
    target = forms.CharField(label=_("On"), required=False, max_length=40)


class JoinForm(forms.Form):
    """The account of somebody who was invited."""

    name = TypedField(
        label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters."),
    )

    def __init__(self, *args, email: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self):
        data = super().clean()
        if password := data.get("password"):
            person = User(email=self.email, name=data.get("name", ""))
            try:
                password_validation.validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return data


def time_zones() -> list[tuple[str, str]]:
    """Return the time zones to choose from, by name."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return [(name, name.replace("_", " ")) for name in sorted(places)]


def clean_currency(code: str) -> str:
    """Return the currency code in capitals, or raise ValidationError."""
    if not is_currency(code := code.upper()):
        raise ValidationError(_("There is no currency %(code)s."), code="unknown", params={"code": code})
    return code


class SettingsForm(forms.ModelForm):
    """The settings of a shop; those that are fixed are shown and cannot be changed."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)

    class Meta:
        model = Merchant
        fields = [*FACE, *FIXED_ONCE_OPEN]
        widgets = {"accent": forms.TextInput(attrs={"type": "color", "class": "form-control-color"})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(changeable(self.instance)):
            self.fields[name].disabled = True
            self.fields[name].help_text = _("Fixed since the shop was opened.")

    def clean_accent(self) -> str:
        if not ACCENT.fullmatch(accent := self.cleaned_data["accent"]):
            raise ValidationError(_("Give a colour such as #e8453c."), code="invalid")
        return accent

    def clean_currency(self) -> str:
        return clean_currency(self.cleaned_data["currency"])

    @property
    def values(self) -> dict[str, str]:
        """What may be changed, as it shall be."""
        return {name: self.cleaned_data[name] for name in changeable(self.instance)}
