"""Forms of the wallet: top-ups, alarms, what the statement shows; and those of the operator's desk."""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import new_code
from chengfeng.periods import midnight
from chengfeng.typed import TypedField
from shops.models import Merchant

from ..models import Campaign, Grant
from .granting import Gift
from .lines import Kind

SOURCES = [
    ("approve", _("Test card that pays")),
    ("decline", _("Test card that is declined")),
    ("hang", _("Test card that answers late")),
]


class AmountField(forms.DecimalField):
    """A positive amount in cents."""

    def __init__(self, **kwargs):
        super().__init__(min_value=Decimal("0.01"), max_digits=12, decimal_places=2, **kwargs)


class DayField(forms.DateField):
    """A day, chosen from a calendar."""

    def __init__(self, **kwargs):
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class TopUpForm(forms.Form):
    """Money for the wallet; `code` names the top-up beforehand, so that sending the form twice pays once."""

    amount = AmountField(label=_("Amount"))
    source = forms.ChoiceField(label=_("Pay with"), choices=SOURCES)
    code = forms.RegexField(re.compile(r"top_[0-9A-Z]{16}\Z"), widget=forms.HiddenInput)

    def __init__(self, data: Mapping | None = None, **kwargs):
        super().__init__(data, initial={"code": new_code("top")}, **kwargs)
        if "sandbox" not in settings.TOP_UPS_BY or (data and "page" in data):
            del self.fields["source"]


class AlertForm(forms.Form):
    """When the wallet raises an alarm."""

    alert_balance = AmountField(label=_("Warn when cash and grants fall below"), required=False)
    alert_days = forms.IntegerField(label=_("Warn when they last fewer days than"), min_value=0, max_value=90)


class StatementForm(forms.Form):
    """What the statement is narrowed to, and whether its lines are summed up by day."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Everything")), *Kind.choices])
    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("To"), required=False)
    by = forms.ChoiceField(
        label=_("Lines"), required=False, choices=[("day", _("By day and kind")), ("line", _("Every line"))]
    )

    def said(self) -> dict:
        """Return what to show, as `statement` takes it; by day unless every line is asked for."""
        said = dict(self.cleaned_data) if self.is_valid() else {}
        return {**{name: value for name, value in said.items() if name != "by"}, "by_day": said.get("by") != "line"}


class MerchantField(forms.CharField):
    """A merchant, by its code or its address word."""

    def __init__(self, **kwargs):
        hint = _("Its code, or the word in its address.")
        super().__init__(label=_("Merchant"), max_length=60, help_text=hint, **kwargs)

    def clean(self, value: str) -> Merchant:
        word = super().clean(value)
        found = Merchant.objects.filter(code=word).first() or Merchant.objects.filter(slug=word).first()
        if found is None:
            raise forms.ValidationError(_("There is no merchant of that code or word."), code="merchant")
        return found


class GrantForm(forms.Form):
    """A grant for one merchant."""

    merchant = MerchantField()
    kind = forms.ChoiceField(label=_("Kind"), choices=Grant.Kind.choices)
    amount = AmountField(label=_("Amount"))
    reason = TypedField(label=_("Reason"), max_length=200, help_text=_("The merchant reads it."))
    objective = forms.ChoiceField(
        label=_("Only for the objective"), required=False, choices=[("", _("Any")), *Campaign.Objective.choices]
    )
    campaign = forms.CharField(label=_("Only for the campaign"), required=False, max_length=24)
    first_day = DayField(label=_("First day"), required=False, help_text=_("Empty: from now on."))
    last_day = DayField(label=_("Last day"))
    reference = forms.CharField(
        label=_("Reference"), required=False, max_length=80, help_text=_("The fact it is given for; one grant each.")
    )

    def clean(self) -> dict:
        said = super().clean()
        merchant, code = said.get("merchant"), said.get("campaign")
        if merchant and code:
            said["campaign"] = Campaign.objects.filter(merchant=merchant, code=code).first()
            if said["campaign"] is None:
                self.add_error("campaign", _("The merchant has no campaign of that code."))
        if said.get("first_day") and said.get("last_day") and said["last_day"] < said["first_day"]:
            self.add_error("last_day", _("The last day is before the first."))
        return said

    def gift(self) -> Gift:
        """Return what is to be given; days are the merchant's."""
        said = self.cleaned_data
        zone, first = said["merchant"].time_zone, said["first_day"]
        same = {name: said[name] for name in ("merchant", "kind", "amount", "reason", "objective", "reference")}
        return Gift(
            **same, campaign=said["campaign"] or None, starts_at=first and midnight(first, zone),
            expires_at=midnight(said["last_day"] + timedelta(days=1), zone),
        )  # fmt: skip


class FreezeForm(forms.Form):
    """Cash to freeze, or frozen cash to let go."""

    merchant = MerchantField()
    what = forms.ChoiceField(label=_("What"), choices=[("freeze", _("Freeze")), ("unfreeze", _("Release"))])
    amount = AmountField(label=_("Amount"))
    reason = TypedField(label=_("Reason"), max_length=200)
    code = forms.RegexField(re.compile(r"frz_[0-9A-Z]{16}\Z"), widget=forms.HiddenInput)

    def __init__(self, data: Mapping | None = None, **kwargs):
        super().__init__(data, initial={"code": new_code("frz")}, **kwargs)


class RebateForm(forms.Form):
    """What is to be given back of a month's cash spend."""

    month = forms.DateField(
        label=_("Month"), input_formats=["%Y-%m"], widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m")
    )
    percent = forms.DecimalField(
        label=_("Per cent"), min_value=Decimal("0.01"), max_value=100, max_digits=5, decimal_places=2
    )
    days = forms.IntegerField(label=_("Can be spent for days"), min_value=1, max_value=730)


class GrantFileForm(forms.Form):
    """A file of grants, or its text again once it was looked through."""

    file = forms.FileField(label=_("CSV file"), required=False)
    text = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)

    def content(self) -> bytes:
        """Return what the file or the text says."""
        file = self.cleaned_data["file"]
        return file.read() if file else self.cleaned_data["text"].encode()
