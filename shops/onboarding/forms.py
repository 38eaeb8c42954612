"""Forms of the key-account workspace."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chengfeng.searching import SearchField

from ..people.forms import clean_currency, time_zones
from ..people.models import Merchant
from . import papers
from .brands import COMPANY
from .models import Brand, Document
from .pipeline import FILTERS

FILTER_LABELS = {"open": _("In progress"), "late": _("Late"), "handed_over": _("Handed over")}
SHOP = ("name", "name_en", "slug", "currency", "time_zone")


class PipelineFilter(forms.Form):
    """Which brands to show."""

    show = forms.ChoiceField(
        label=_("Show"), required=False, choices=[("", _("All")), *((name, FILTER_LABELS[name]) for name in FILTERS)]
    )
    q = SearchField(label=_("Search"), longest=80)


class CompanyForm(forms.ModelForm):
    """The company behind a brand and whom to talk to there."""

    class Meta:
        model = Brand
        fields = COMPANY

    def clean_contact_email(self) -> str:
        """The contact receives the shop, which its manager cannot."""
        email = self.cleaned_data["contact_email"].lower()
        if email == self.instance.manager.email:
            raise ValidationError(_("The contact is somebody else than you."), code="manager")
        return email


class ShopForm(forms.ModelForm):
    """The shop that a new brand gets."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones, initial="Asia/Shanghai")

    class Meta:
        model = Merchant
        fields = SHOP
        labels = {"name": _("Shop name")}
        help_texts = {"slug": _("Letters, digits and hyphens; part of the shop’s web address.")}

    def clean_currency(self) -> str:
        return clean_currency(self.cleaned_data["currency"])


class PaperForm(forms.Form):
    """A paper to keep."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Document.Kind)
    file = forms.FileField(label=_("File"), help_text=_("PDF, PNG or JPEG, at most 10 MB."))
    expires_date = forms.DateField(
        label=_("Valid until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        try:
            papers.suffix_of(file)
        except papers.PaperRefused as refusal:
            raise ValidationError(str(refusal), code="paper") from refusal
        return file
