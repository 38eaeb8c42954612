"""Forms of traffic quality: the period, an appeal, and its answer."""

from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from chengfeng.typed import TypedField
from shops.models import Merchant
from shops.tenancy import own

from ..models import Appeal, Campaign
from ..validity import appeals

LONGEST = 92
PROBLEMS = {
    "period": _("Choose days of the last 30, the first not after the last."),
    "open": _("You have appealed against this already; it waits for an answer."),
    "charges": _("Name charges of this merchant and these days by their codes, and only when you uphold the appeal."),
    "state": _("Somebody has answered this appeal already."),
}


def day_field(label) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class PeriodForm(forms.Form):
    """The days that a page of traffic quality shows: the last 14 unless it says so."""

    first = day_field(_("From"))
    last = day_field(_("To"))

    def clean(self) -> dict:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and not timedelta(0) <= last - first < timedelta(days=LONGEST):
            raise forms.ValidationError(_("Choose at most 92 days, the first not after the last."))
        return self.cleaned_data

    @classmethod
    def of(cls, query, *, today: date) -> tuple["PeriodForm", date, date]:
        """Return the form with the days to show: those asked for, or the last 14."""
        shown = {"first": today - timedelta(days=13), "last": today}
        said = query if query.get("first") or query.get("last") else {k: v.isoformat() for k, v in shown.items()}
        form = cls(said, auto_id="period_%s")
        said = form.cleaned_data if form.is_valid() else shown
        return form, said["first"], said["last"]


class AppealForm(forms.ModelForm):
    """What a merchant has to say about the judgement of its traffic."""

    first = day_field(_("From"))
    last = day_field(_("To"))

    class Meta:
        model = Appeal
        fields = ["kind", "campaign", "first", "last", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, merchant: Merchant, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["campaign"].queryset = own(Campaign, merchant).order_by("name", "pk")
        self.fields["campaign"].label = _("Campaign")
        self.fields["campaign"].empty_label = _("All campaigns")

    def _post_clean(self) -> None:
        """Leave the row alone: the verb makes it."""

    def refuse(self, refusal: appeals.Refused) -> None:
        self.add_error(refusal.field, PROBLEMS[refusal.rule])


class AnswerForm(forms.Form):
    """The operator's answer to an appeal."""

    is_upheld = forms.TypedChoiceField(
        label=_("Decision"), choices=[("1", _("Uphold")), ("", _("Refuse"))], coerce=bool, required=False,
        empty_value=False,
    )  # fmt: skip
    text = TypedField(label=_("Answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    charges = forms.CharField(
        label=_("Charges to give back, by code"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line; what they paid for becomes invalid."),
    )  # fmt: skip

    def clean_charges(self) -> list[str]:
        return self.cleaned_data["charges"].replace(",", " ").split()

    def refuse(self, refusal: appeals.Refused) -> None:
        self.add_error("charges" if refusal.field == "charges" else "text", PROBLEMS[refusal.rule])
