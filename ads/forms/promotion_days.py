"""Promotion days as rows of a form."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from ..campaigns.members import Span
from ..campaigns.rules import MOST_SPANS
from .fields import DayField, PercentField

PREFIX = "days"
NO_ROWS = {f"{PREFIX}-TOTAL_FORMS": "0", f"{PREFIX}-INITIAL_FORMS": "0"}


class SpanForm(forms.Form):
    """Days on which a campaign bids and spends more, or less."""

    first_day = DayField(label=_("From"), required=False)
    last_day = DayField(label=_("To"), required=False)
    bid_percent = PercentField(label=_("Bid, %"))
    budget_percent = PercentField(label=_("Budget, %"))

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        first, last = said.get("first_day"), said.get("last_day")
        if last and not first and not self.errors:
            self.add_error("first_day", _("Say from when."))
        if (said.get("bid_percent") or said.get("budget_percent")) and not first and not self.errors:
            self.add_error("first_day", _("Say from when."))
        if first and last and last < first:
            self.add_error("last_day", _("The last day cannot be before the first."))
        return said

    def as_draft(self) -> None:
        self._errors = ErrorDict()

    def span(self) -> Span | None:
        """Return the days, or None where the row was left empty; one day needs no last one."""
        said = self.cleaned_data
        first: date | None = said.get("first_day")
        if first is None:
            return None
        return Span(first, said["last_day"] or first, said["bid_percent"], said["budget_percent"])


class SpanFormSet(forms.BaseFormSet):
    """Rows of promotion days; a row whose days are removed is dropped."""

    def spans(self) -> list[Span]:
        return [span for form in self.forms if (span := form.span())]


PromotionDays = forms.formset_factory(
    SpanForm, formset=SpanFormSet, extra=1, max_num=MOST_SPANS, absolute_max=MOST_SPANS + 10
)


def promotion_days_form(data: Mapping | None, initial: Sequence[Mapping] | None) -> SpanFormSet:
    """Return the rows of a form; data that says nothing of them means that there are none."""
    is_said = data is None or f"{PREFIX}-TOTAL_FORMS" in data
    return PromotionDays(data if is_said else NO_ROWS, prefix=PREFIX, initial=initial)
