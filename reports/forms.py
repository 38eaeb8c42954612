"""The form that asks for an export."""

from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shops.tenancy import Access

from .exports import COLUMNS
from .models import Export


class ExportForm(forms.ModelForm):
    """What, for which days, in which format; columns of the chosen kind, all of them unless some are named."""

    class Meta:
        model = Export
        fields = ["kind", "first", "last", "format"]
        widgets = {
            "kind": forms.RadioSelect,
            "format": forms.RadioSelect,
            **{name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("first", "last")},
        }

    def __init__(self, *args, access: Access, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        allowed = [(kind, label) for kind, label in Export.Kind.choices if access.may(COLUMNS[kind].right)]
        self.fields["kind"].choices = allowed
        self.fields["format"].choices = Export.Format.choices
        self.fields["kind"].initial, self.fields["format"].initial = allowed[0][0], Export.Format.CSV
        self.fields["first"].initial, self.fields["last"].initial = today - timedelta(days=27), today
        for kind, label in allowed:
            choices = [(column.name, column.label) for column in COLUMNS[kind].columns]
            self.fields[f"columns_{kind}"] = forms.MultipleChoiceField(
                label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("first") and cleaned.get("last") and cleaned["first"] > cleaned["last"]:
            raise ValidationError({"last": _("The last day is before the first.")})
        cleaned["columns"] = cleaned.get(f"columns_{cleaned.get('kind')}", [])
        return cleaned

    @property
    def pickers(self) -> list[tuple[str, forms.BoundField]]:
        """The column choices of each kind."""
        return [(name.removeprefix("columns_"), self[name]) for name in self.fields if name.startswith("columns_")]

    @property
    def asked(self) -> dict:
        cleaned = self.cleaned_data
        return {name: cleaned[name] for name in ("kind", "first", "last", "columns")} | {
            "file_format": cleaned["format"]
        }
