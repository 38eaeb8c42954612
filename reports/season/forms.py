"""The forms by which operators name a season: of the ready list, then its days."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .choosing import LONGEST
from .models import Season
from .occasions import OCCASIONS


class OfferForm(forms.Form):
    """An occasion of the ready list, and the year of which its usual days are wanted."""

    occasion = forms.ChoiceField(label=_("Occasion"))
    year = forms.IntegerField(label=_("Year"), min_value=1971, max_value=2200)

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["occasion"].choices = [(code, each.label) for code, each in OCCASIONS.items()]
        self.fields["year"].initial = today.year


class SeasonForm(forms.ModelForm):
    """What a season is called and which days it has."""

    class Meta:
        model = Season
        fields = ["title", "title_en", "occasion", "first", "sale_from", "last"]
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("first", "sale_from", "last")
        }

    def clean(self) -> dict:
        cleaned = super().clean()
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and first.year < 1971:
            raise ValidationError({"first": _("This is too long ago.")})
        if first and last and (last - first).days >= LONGEST:
            raise ValidationError({"last": _("At most 92 days make a season.")})
        return cleaned
