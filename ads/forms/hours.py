"""The hours of a week as a grid of boxes."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

HOURS_OF_WEEK = 168


class HoursField(forms.TypedMultipleChoiceField):
    """Hours of a week, Monday 0 h first; cleaned into 168 times 0 or 1."""

    def __init__(self, **kwargs):
        choices = [(number, number) for number in range(HOURS_OF_WEEK)]
        errors = {"required": _("Choose at least one hour.")}
        super().__init__(choices=choices, coerce=int, error_messages=errors, **kwargs)

    def clean(self, value: Any) -> str:
        chosen = set(super().clean(value))
        return "".join("1" if number in chosen else "0" for number in range(HOURS_OF_WEEK))


def chosen_hours(hours: str) -> list[int]:
    """Return the numbers of the hours that are on."""
    return [number for number, hour in enumerate(hours) if hour == "1"]


def hour_rows(numbers: Iterable) -> Iterator[tuple[str, list[tuple[int, int, bool]]]]:
    """Yield each day's name with its hours as (value, hour, chosen)."""
    chosen = {str(number) for number in numbers}
    for day in range(7):
        yield WEEKDAYS[day], [(day * 24 + hour, hour, str(day * 24 + hour) in chosen) for hour in range(24)]
