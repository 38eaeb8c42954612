"""The form that says when a saved report is sent, and to whom."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from .building.models import ReportSchedule, SavedReport
from .building.scheduling import readers


class ScheduleForm(forms.ModelForm):
    """How often, at which hour of the shop, to which of its members, in which format."""

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
        allowed = readers(report.merchant)
        if not report.is_shared:
            allowed = allowed.filter(pk=report.made_by_id)
        self.fields["recipients"].queryset = allowed

    @property
    def asked(self) -> dict[str, Any]:
        """What the verb takes."""
        given = dict(self.cleaned_data)
        file_format = given.pop("format")
        return {**given, "file_format": file_format, "recipients": list(given["recipients"])}
