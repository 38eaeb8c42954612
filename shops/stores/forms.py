"""The form of a store: where it is, when it is open, how many it takes at a time."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..delivery import places
from . import hours
from .models import Store, Weekday

PLACE = ("country", "region", "city", "district", "street", "postal_code")


class StoreForm(forms.ModelForm):
    """A store; `version` is the one that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    class Meta:
        model = Store
        fields = ["name", "phone", *PLACE, "capacity", "slot_minutes"]

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["country"].widget = forms.Select(choices=places.countries())
        self.fields["capacity"].max_value = 1000
        for name in ("city", "street"):
            self.fields[name].required = True
        spans: dict[int, list] = {}
        if self.instance.pk:
            self.initial["version"] = self.instance.version
            for span in self.instance.hours.all():
                spans.setdefault(span.weekday, []).append((span.opens, span.closes))
        else:
            self.initial.setdefault("country", places.home(currency))
        for day in Weekday:
            self.fields[f"day_{day}"] = forms.CharField(label=day.label, max_length=100, required=False)
            self.fields[f"day_{day}"].widget.attrs["placeholder"] = _("closed")
            self.initial[f"day_{day}"] = hours.written(spans.get(day, []))

    def _post_clean(self) -> None:
        """Leave the instance alone: the verb compares versions and writes."""

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("country") and values["country"] not in places.codes():
            self.add_error("country", _("We do not know this country."))
        capacity, length = values.get("capacity"), values.get("slot_minutes")
        if capacity is not None and capacity > 1000:
            self.add_error("capacity", _("At most 1000."))
        if length is not None and not 5 <= length <= 720:
            self.add_error("slot_minutes", _("A slot takes from 5 minutes to 12 hours."))
        self.spans = {day.value: self._spans(f"day_{day}") for day in Weekday}
        return values

    def _spans(self, name: str) -> list:
        try:
            return hours.parse(self.cleaned_data.get(name, ""))
        except hours.BrokenHours:
            self.add_error(name, _("Write hours as 10:00-13:00, 14:00-22:00."))
            return []

    @property
    def place(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "phone", *PLACE)]

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[f"day_{day}"] for day in Weekday]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
