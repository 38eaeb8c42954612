"""The form behind a report's address: what is asked, in fields, and the definition that they come to."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from ads.attribution.presets import PRESETS
from ads.attribution.rules import Clock, Kind, Model, Scope, State
from chengfeng import parsing

from .measuring.dimensions import DIMENSIONS
from .measuring.dimensions import GROUPS as DIMENSION_GROUPS
from .measuring.measures import GROUPS as MEASURE_GROUPS
from .measuring.offers import grouped
from .measuring.periods import LABELS
from .measuring.ruling import LENGTH

AS_IT_IS = ("", _("As the rule says"))
OWN = "own"
WINDOWS = ("1h", "24h", "3d", "7d", "14d", "15d", "30d", "60d", "90d")
MODELS = {
    Model.LAST: _("Last touch"), Model.FIRST: _("First touch"), Model.LINEAR: _("Linear"),
    Model.POSITION: _("By position: first and last count most"), Model.DECAY: _("Time decay"),
    Model.CLAIMED: _("Every campaign claims all"),
}  # fmt: skip
SCOPES = {
    Scope.SKU: _("Same SKU"), Scope.PRODUCT: _("Same product"), Scope.BRAND: _("Same brand"),
    Scope.CATEGORY: _("Same category"), Scope.SHOP: _("Whole shop"),
}  # fmt: skip
KINDS = {
    Kind.CLICK: _("Click"), Kind.LIVE: _("Visit to a live room"), Kind.READ: _("Note read"),
    Kind.ENGAGEMENT: _("Engagement"), Kind.VIEWABLE: _("Viewable impression"), Kind.VIEW: _("Impression"),
}  # fmt: skip
STATES = {State.PLACED: _("Placed"), State.PAID: _("Paid"), State.SETTLED: _("Settled")}
CLOCKS = {
    Clock.TOUCH: _("When the ad was touched"), Clock.ORDER: _("When the order was paid"),
    Clock.SETTLE: _("When the order settled"),
}  # fmt: skip
COMPARISONS = {"": _("Nothing"), "before": _("The days before"), "year": _("The same days last year")}
CHANGES = ("click", "viewable", "engagement", "scope", "model", "state", "half_life")
LENGTHS = ("click", "viewable", "engagement", "half_life")


def _windows(label) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, choices=[AS_IT_IS, ("0", _("Not counted")), *((each, each) for each in WINDOWS)]
    )


def _choices(label, choices: Mapping, *, optional: bool = True) -> forms.ChoiceField:
    kept = [AS_IT_IS, *choices.items()] if optional else list(choices.items())
    return forms.ChoiceField(label=label, required=False, choices=kept)


class Moment(forms.DateTimeInput):
    """A moment by the clock of the page; an address may give one with its offset."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> str:
        local = self._local(value)
        if local is None:
            return ""
        return local.isoformat(timespec="minutes" if not (local.second or local.microsecond) else "seconds")[:19]

    def _local(self, value: Any) -> datetime | None:
        """Return a moment by the clock of the page, None for what is none."""
        try:
            moment = value if isinstance(value, datetime) else parse_datetime(str(value or ""))
            return timezone.localtime(moment) if moment and timezone.is_aware(moment) else moment
        except (ValueError, OverflowError):
            return None


class FiltersField(forms.CharField):
    """What rows are chosen by, as JSON: lists of values by dimensions."""

    def clean(self, value: Any) -> Any:
        try:
            return parsing.read(super().clean(value) or "{}")
        except ValueError as error:
            raise ValidationError(_("Filters are an object of dimensions and lists of values.")) from error


class RuleForm(forms.Form):
    """A rule and what is changed of it; lengths of time that an address gives may be others than those on offer."""

    rule = _choices(_("Rule"), {name: rule.title for name, rule in PRESETS.items()}, optional=False)
    click = _windows(_("Clicks count for"))
    viewable = _windows(_("Viewable impressions count for"))
    engagement = _windows(_("Engagements count for"))
    scope = _choices(_("What was bought"), SCOPES)
    model = _choices(_("Credit"), MODELS)
    state = _choices(_("Orders"), STATES)
    half_life = _windows(_("Half-life of time decay"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in LENGTHS:
            asked, field = self.data.get(name, ""), self.fields[name]
            if LENGTH.fullmatch(asked) and asked not in WINDOWS:
                field.choices = [*field.choices, (asked, asked)]


class ReportForm(RuleForm):
    """Dimensions, measures, period, comparison, and the rule with what is changed of it."""

    dimensions = forms.MultipleChoiceField(label=_("Split by"), required=False, widget=forms.CheckboxSelectMultiple)
    measures = forms.MultipleChoiceField(label=_("Numbers"), widget=forms.CheckboxSelectMultiple)
    period = _choices(_("Period"), {**LABELS, OWN: _("Days of your own")}, optional=False)
    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    compare = _choices(_("Compare with"), COMPARISONS, optional=False)
    clock = _choices(_("Clock"), CLOCKS)
    as_of = forms.DateTimeField(
        label=_("As it was known at"), required=False, widget=Moment, help_text=_("Empty: as it is known now")
    )
    sort = forms.CharField(required=False, widget=forms.HiddenInput)
    filters = FiltersField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, is_portfolio: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["dimensions"].choices = [
            (DIMENSION_GROUPS[group], [(c, DIMENSIONS[c].label) for c in codes if is_portfolio or c != "merchant"])
            for group, codes in grouped().items()
        ]
        self.fields["measures"].choices = [
            (group, [(metric.code, metric.label) for metric in metrics]) for group, metrics in MEASURE_GROUPS.items()
        ]

    def document(self) -> dict[str, Any]:
        """Return the definition that a valid form comes to."""
        given = self.cleaned_data
        days = {"first": str(given["first"] or ""), "last": str(given["last"] or "")}
        return {
            "dimensions": given["dimensions"],
            "measures": given["measures"],
            "rule": {
                "preset": given["rule"] or None,
                "changes": {name: given[name] for name in CHANGES if given[name]},
            },
            "clock": given["clock"] or None,
            "period": days if given["period"] == OWN else {"named": given["period"] or "last_30_days"},
            "compare": given["compare"] or None,
            "sort": given["sort"] or None,
            "filters": given["filters"] or {},
            "as_of": given["as_of"] and given["as_of"].isoformat(),
        }


def fields_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a definition comes from."""
    rule, period = document.get("rule") or {}, document.get("period") or {"named": "last_30_days"}
    compare = document.get("compare")
    return {
        "dimensions": document.get("dimensions", []),
        "measures": document.get("measures", []),
        "period": period.get("named", OWN),
        "first": period.get("first"),
        "last": period.get("last"),
        "compare": compare if isinstance(compare, str) else "",
        "rule": rule.get("preset"),
        "clock": document.get("clock") or "",
        "sort": document.get("sort") or "",
        "filters": json.dumps(document.get("filters") or {}),
        "as_of": document.get("as_of") or "",
        **(rule.get("changes") or {}),
    }
