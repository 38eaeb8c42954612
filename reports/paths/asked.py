"""The form behind the address of paths, and the question that it comes to."""

from datetime import timedelta

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from ..measuring.periods import Days
from .question import (
    CHANNELS,
    EARLIEST,
    EARLIEST_MOMENT,
    LATEST,
    PERIODS,
    REPEATS,
    TOUCHES,
    VALUES,
    PathQuestion,
    Pinned,
)

OWN = "own"
LONGEST = timedelta(days=366)


def _choice(label, choices) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=list(choices))


def _day(label) -> forms.DateField:
    within = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}), validators=within
    )


LASTS = {7: _("7 days without a touch"), 14: _("14 days without a touch"), 30: _("30 days without a touch"),
         90: _("90 days without a touch")}  # fmt: skip


class PathForm(forms.Form):
    """Days, what a channel is, which touches count, how long a journey lasts, and how the chain is read."""

    period = _choice(_("Period"), [*PERIODS.items(), (OWN, _("Days of your own"))])
    first = _day(_("From"))
    last = _day(_("To"))
    channel = _choice(_("A channel is a"), CHANNELS.items())
    touches = _choice(_("Touches"), TOUCHES.items())
    window = _choice(_("A journey is over after"), LASTS.items())
    repeats = _choice(_("Touches of one channel in a row"), REPEATS.items())
    value = _choice(_("Value of orders"), VALUES.items())
    order = _choice(_("The chain remembers"), [(1, _("one step")), (2, _("two steps")), (3, _("three steps"))])
    as_of = forms.DateTimeField(
        required=False, widget=forms.HiddenInput, validators=[MinValueValidator(EARLIEST_MOMENT)]
    )

    def clean(self):
        given = super().clean()
        if given.get("period") != OWN:
            return given
        first, last = given.get("first"), given.get("last")
        for name, day in (("first", first), ("last", last)):
            if day is None and name not in self.errors:
                self.add_error(name, _("Choose a day."))
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first."))
        elif first and last and last - first >= LONGEST:
            self.add_error("first", _("At most 366 days can be asked for at once."))
        return given

    def question(self) -> PathQuestion:
        """Return what a valid form asks for; what is left open is as by default."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        days = {"first": given.pop("first", None), "last": given.pop("last", None)}
        if given.get("period") == OWN:
            given["period"] = Days(**days)
        for name in ("window", "order"):
            if name in given:
                given[name] = int(given[name])
        return PathQuestion(**given)


def filled(asked: Pinned) -> PathForm:
    """Return the form that asks the same."""
    return PathForm({name: str(value) for name, value in asked.document().items()} | {"period": OWN})
