"""The period a reader picks: kept in the address, in whole local days, compared with as many days before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

PRESETS = {"today": 1, "7": 7, "28": 28, "90": 90}
LABELS = {"today": _("Today"), "7": _("7 days"), "28": _("28 days"), "90": _("90 days")}
DEFAULT = "28"
LONGEST = 366
FIRST_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Picked:
    """Local days `first` to `last`, both included; `preset` is empty for days of one's own choice."""

    first: date
    last: date
    preset: str = ""

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Picked":
        """The period of the same length that ends where this one starts."""
        return Picked(self.first - timedelta(days=self.length), self.first - timedelta(days=1))

    @property
    def query(self) -> str:
        """The query string that leads here again."""
        return f"period={self.preset}" if self.preset else f"from={self.first}&to={self.last}"


class PeriodForm(forms.Form):
    """First and last day of one's own choice; `from` is no Python name, so fields are set by name."""

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        for name, label in (("from", _("From")), ("to", _("To"))):
            widget = forms.DateInput(attrs={"type": "date", "max": today.isoformat()}, format="%Y-%m-%d")
            self.fields[name] = forms.DateField(label=label, widget=widget)

    def clean(self) -> dict:
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if first and last and first > last:
            self.add_error("to", _("The last day is before the first."))
        elif first and last and (last - first).days >= LONGEST:
            self.add_error("from", _("At most 366 days can be shown at once."))
        elif first and first.year < FIRST_YEAR:
            self.add_error("from", _("This is too long ago."))
        elif first and first > self.today:
            self.add_error("from", _("This day is yet to come."))
        return self.cleaned_data


def preset(name: str, *, today: date) -> Picked:
    return Picked(today - timedelta(days=PRESETS[name] - 1), today, name)


def pick(query: Mapping[str, str], *, today: date) -> tuple[Picked, PeriodForm]:
    """Return the period that a query string names, or the default, with the form that shows or explains it."""
    if query.get("from") or query.get("to"):
        form = PeriodForm(query, today=today)
        if form.is_valid():
            return Picked(form.cleaned_data["from"], min(form.cleaned_data["to"], today)), form
        return preset(DEFAULT, today=today), form
    name = query.get("period", DEFAULT)
    picked = preset(name if name in PRESETS else DEFAULT, today=today)
    return picked, PeriodForm(initial={"from": picked.first, "to": picked.last}, today=today)
