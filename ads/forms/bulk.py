"""The form of a bulk edit: one thing to be done to every chosen campaign."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengfeng.typed import TypedField

from ..campaigns.bulk import Action, BulkEdit, Edit
from ..campaigns.members import Span
from ..models import Campaign, Placement
from .fields import DayField, MomentField, NumberField, PercentField, PriceField, in_currency

State = Campaign.State


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that can be done: to which member, how, and from which fields the value is read."""

    label: Promise | str
    member: str
    action: Action
    takes: tuple[str, ...] = ()
    value: Any = None


SPAN = ("first_day", "last_day", "bid_percent", "budget_percent")
START, PAUSE, ARCHIVE = "start", "pause", "archive"
ROI_SET = "roi_set"  # whose amount is no money
WAYS: dict[str, Way] = {
    START: Way(_("Start"), "state", Action.SET, value=State.ACTIVE),
    PAUSE: Way(_("Pause"), "state", Action.SET, value=State.PAUSED),
    ARCHIVE: Way(_("Archive"), "state", Action.SET, value=State.ARCHIVED),
    "budget_set": Way(_("Daily budget: set to"), "daily_budget", Action.SET, ("amount",)),
    "budget_raise": Way(_("Daily budget: raise by %"), "daily_budget", Action.RAISE, ("percent",)),
    "budget_lower": Way(_("Daily budget: lower by %"), "daily_budget", Action.LOWER, ("percent",)),
    "total_set": Way(_("Total budget: set to"), "total_budget", Action.SET, ("amount",)),
    "total_clear": Way(_("Total budget: remove"), "total_budget", Action.SET),
    "bid_set": Way(_("Bid: set to"), "bid", Action.SET, ("amount",)),
    "bid_raise": Way(_("Bid: raise by %"), "bid", Action.RAISE, ("percent",)),
    "bid_lower": Way(_("Bid: lower by %"), "bid", Action.LOWER, ("percent",)),
    "cost_raise": Way(_("Target cost: raise by %"), "target_cost", Action.RAISE, ("percent",)),
    "cost_lower": Way(_("Target cost: lower by %"), "target_cost", Action.LOWER, ("percent",)),
    ROI_SET: Way(_("Target ROI: set to"), "target_roi", Action.SET, ("amount",)),
    "roi_raise": Way(_("Target ROI: raise by %"), "target_roi", Action.RAISE, ("percent",)),
    "roi_lower": Way(_("Target ROI: lower by %"), "target_roi", Action.LOWER, ("percent",)),
    "pacing": Way(_("Pacing: set to"), "pacing", Action.SET, ("pacing",)),
    "placements_add": Way(_("Placements: add"), "placements", Action.ADD, ("placements",)),
    "placements_remove": Way(_("Placements: remove"), "placements", Action.REMOVE, ("placements",)),
    "modifiers": Way(_("Bid more or less on placements"), "modifiers", Action.ADD, ("placements", "change")),
    "cap": Way(_("Impressions per person and day: set to"), "frequency_cap", Action.SET, ("number",)),
    "ends": Way(_("End: set to"), "ends_at", Action.SET, ("moment",)),
    "promotion": Way(_("Promotion days: add"), "promotion_days", Action.ADD, SPAN),
}


class BulkForm(forms.Form):
    """What is to be done; of the other fields those count that it takes."""

    do = forms.ChoiceField(label=_("What to do"), choices=[(name, way.label) for name, way in WAYS.items()])
    amount = PriceField(label=_("To"), required=False)
    percent = forms.DecimalField(
        label=_("Per cent"), required=False, min_value=1, max_value=900, decimal_places=2,
        error_messages=dict.fromkeys(
            ("min_value", "max_value", "max_decimal_places", "invalid"),
            _("A number from 1 to 900 with at most two decimals is needed."),
        ),
    )  # fmt: skip
    pacing = forms.ChoiceField(label=_("Pacing"), required=False, choices=Campaign.Pacing)
    placements = forms.MultipleChoiceField(
        label=_("Placements"), required=False, choices=Placement, widget=forms.CheckboxSelectMultiple
    )
    change = PercentField(label=_("Per cent more, or less with a minus"))
    number = NumberField(
        label=_("Impressions"), required=False, min_value=1, max_value=1000,
        help_text=_("Empty: the platform's limit."), wrong=_("A whole number from 1 to 1,000 is needed."),
    )  # fmt: skip
    moment = MomentField(label=_("Ends"), required=False, help_text=_("Empty: it runs until you pause it."))
    first_day = DayField(label=_("From"), required=False)
    last_day = DayField(label=_("To"), required=False)
    bid_percent = PercentField(label=_("Bid, %"))
    budget_percent = PercentField(label=_("Budget, %"))
    reason = TypedField(
        label=_("Reason"), required=False, max_length=200, help_text=_("For whoever has to approve it.")
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, currency: str):
        super().__init__(data)
        if not data or data.get("do") != ROI_SET:
            in_currency(self, currency)

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen thing needs."""
        said = super().clean()
        needed = WAYS[said["do"]].takes if "do" in said else ()
        for name in set(needed) & {"amount", "percent", "placements", "first_day"}:
            if name not in self.errors and not said.get(name):
                self.add_error(name, forms.Field.default_error_messages["required"])
        return said

    def edit(self) -> BulkEdit:
        """Return the bulk edit that is meant."""
        way = WAYS[self.cleaned_data["do"]]
        return BulkEdit((Edit(way.member, way.action, self._value(way)),))

    def _value(self, way: Way) -> Any:
        said = self.cleaned_data
        if way.takes == SPAN:
            return [Span(said["first_day"], said["last_day"] or said["first_day"], *_percents(said))]
        if way.member == "modifiers":
            return dict.fromkeys(said["placements"], said["change"])
        return said[way.takes[0]] if way.takes else way.value

    def rows(self) -> list[tuple[forms.BoundField, str]]:
        """Return the fields that hold values, each with the things it belongs to."""
        names = dict.fromkeys(name for way in WAYS.values() for name in way.takes)
        return [(self[name], " ".join(do for do, way in WAYS.items() if name in way.takes)) for name in names]


def _percents(said: dict[str, Any]) -> tuple[int, int]:
    return said["bid_percent"], said["budget_percent"]
