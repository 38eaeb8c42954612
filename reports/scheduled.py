"""The form that says when a saved report is sent, and to whom."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from .building.models import ReportSchedule, SavedReport
from .building.scheduling import readers_of


class ScheduleForm(forms.ModelForm):
    """How often, at which hour, to which members of the shop, in which format; a portfolio's goes to its person."""

    hour = forms.TypedChoiceField(label=_("Hour"), coerce=int, choices=[(hour, f"{hour}:00") for hour in range(24)])
    weekday = forms.TypedChoiceField(
        label=_("Weekday, if every week"), coerce=int, empty_value=None, required=False,
        choices=[("", "–"), *((number + 1, name) for number, name in WEEKDAYS.items())],
    )  # fmt: skip

    class Meta:
        model = ReportSchedule
        fields = ["rhythm", "hour", "weekday", "day", "format", "recipients", "is_sent_empty"]
        widgets = {"recipients": forms.CheckboxSelectMultiple}

    def __init__(self, *args, report: SavedReport, **kwargs):
        super().__init__(*args, **kwargs)
        self.only = report.portfolio_of
        self.fields["recipients"].queryset = readers_of(report)
        if self.only:
            del self.fields["recipients"]

    @property
    def asked(self) -> dict[str, Any]:
        """What the verb takes."""
        given = dict(self.cleaned_data)
        file_format = given.pop("format")
        recipients = [self.only] if self.only else list(given["recipients"])
        return {**given, "file_format": file_format, "recipients": recipients}
