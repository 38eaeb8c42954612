"""The form of a campaign: its objective decides which of the fields count."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from chengfeng.typed import TypedField
from shops.models import Merchant

from ..campaigns.groups import first_group
from ..campaigns.members import LISTS_OF_GROUP, of_group
from ..campaigns.objectives import TERMS, Creative, Terms, terms
from ..models import AdGroup, Campaign, Placement
from .choosing import ChoosingForm
from .fields import MomentField, NumberField, PercentField, PriceField, in_currency, two_decimals
from .hours import HoursField, chosen_hours, hour_rows
from .promotion_days import promotion_days_form
from .targeting import OF_GROUP, TargetingForm, targeting_of
from .words import parse_negatives, write_keywords

BidMode, Objective, State = Campaign.BidMode, Campaign.Objective, AdGroup.State
PLAIN = (
    "name", "objective", "bid_mode", "bid", "target_cost", "target_roi", "roi_on", "daily_budget", "total_budget",
    "pacing", "placements", "frequency_cap", "starts_at", "ends_at", "hours",
)  # fmt: skip
OF_FIRST_GROUP = frozenset(LISTS_OF_GROUP) - {"negatives"}
GOALS = {"target_cost": BidMode.TARGET_COST, "target_roi": BidMode.TARGET_ROI}
BID_MODES = {
    BidMode.CPC: _("You say what a click may cost. A click never costs more, mostly less."),
    BidMode.CPM: _("You say what 1,000 viewable impressions may cost; clicks are free."),
    BidMode.MAX_CONVERSIONS: _("The budget is spent on as many orders as it can buy."),
    BidMode.TARGET_COST: _("Bids follow what an order may cost you on average."),
    BidMode.TARGET_ROI: _("Bids follow the sales that each unit of spend is to bring."),
}
OBJECTIVES = {
    Objective.PRODUCT_SALES: _("Shoppers who will probably buy what you advertise."),
    Objective.NEW_CUSTOMERS: _("Shoppers who have not yet bought in your shop."),
    Objective.SEEDING: _("People who open, like and collect your notes."),
    Objective.LIVE: _("People who watch and buy in your live room."),
    Objective.LEADS: _("People who leave you their number."),
}


class CampaignForm(TargetingForm, ChoosingForm):
    """Everything that a merchant sets of a campaign; of a campaign with several groups only what they share."""

    name = TypedField(label=_("Name"), max_length=120)
    objective = forms.ChoiceField(
        label=_("Objective"), choices=Objective, widget=forms.RadioSelect, initial=Objective.PRODUCT_SALES
    )
    bid_mode = forms.ChoiceField(label=_("Bidding"), choices=BidMode, widget=forms.RadioSelect, initial=BidMode.CPC)
    bid = PriceField(label=_("Bid"), required=False)
    target_cost = PriceField(label=_("Target cost per order"), required=False)
    target_roi = forms.DecimalField(
        label=_("Target ROI"), required=False, error_messages={"invalid": _("Give a number, such as 3.50.")},
        help_text=_("Sales per unit spent: from 0.01 to 100."),
    )  # fmt: skip
    roi_on = forms.ChoiceField(
        label=_("ROI on"), choices=Campaign.RoiOn, required=False, initial=Campaign.RoiOn.PAID,
        help_text=_("Settled value is what is left after refunds."),
    )  # fmt: skip
    daily_budget = PriceField(label=_("Daily budget"))
    total_budget = PriceField(label=_("Total budget"), required=False, help_text=_("Empty: no end but that of time."))
    pacing = forms.ChoiceField(label=_("Pacing"), choices=Campaign.Pacing, required=False, widget=forms.RadioSelect)
    placements = forms.MultipleChoiceField(
        label=_("Placements"), choices=Placement, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one placement.")},
    )  # fmt: skip
    frequency_cap = NumberField(
        label=_("Impressions per person and day"), required=False, min_value=1, max_value=1000,
        wrong=_("A whole number from 1 to 1,000 is needed."),
        help_text=_("Empty: the platform's own limit."),
    )  # fmt: skip
    starts_at = MomentField(label=_("Starts"))
    ends_at = MomentField(label=_("Ends"), required=False, help_text=_("Empty: it runs until you pause it."))
    hours = HoursField(label=_("Hours of the week"))
    negatives = TypedField(
        label=_("Negative keywords"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Searches on which none of the ads is shown, written like keywords."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=30)

    hour_names = range(24)

    def __init__(self, data: Mapping | None = None, *, merchant: Merchant, campaign: Campaign | None = None, **kwargs):
        super().__init__(data, merchant=merchant, **kwargs)
        self.campaign = campaign
        self.promotion_days = promotion_days_form(data, self.initial.get("promotion_days"))
        for placement in Placement:
            self.fields[modifier(placement)] = PercentField(label=placement.label)
        in_currency(self, merchant.currency)
        if len(self.groups) > 1:
            for name in (*OF_GROUP, "products", "notes", "find", "find_notes"):
                del self.fields[name]

    @cached_property
    def groups(self) -> list[AdGroup]:
        """The groups that have their own ads and people, where there are several."""
        return list(self.campaign.groups.exclude(state=State.ARCHIVED).order_by("pk")) if self.campaign else []

    @property
    def has_targeting(self) -> bool:
        return "products" in self.fields

    def is_valid(self) -> bool:
        return super().is_valid() & self.promotion_days.is_valid()

    def as_draft(self) -> None:
        super().as_draft()
        for form in self.promotion_days.forms:
            form.as_draft()

    def clean_negatives(self) -> list[tuple[str, str]]:
        return parse_negatives(self.cleaned_data["negatives"])

    def clean(self) -> dict[str, Any]:
        """Forget what does not apply to the objective and the way of bidding."""
        said = super().clean()
        its, mode = terms(said["objective"]) if "objective" in said else None, said.get("bid_mode")
        for name, its_mode in GOALS.items():
            if mode != its_mode and name not in self.errors:
                said[name] = None
        said["roi_on"] = said.get("roi_on") or Campaign.RoiOn.PAID
        said["pacing"] = said.get("pacing") or Campaign.Pacing.EVEN
        if its and its.is_open and self.has_targeting:
            self._clean_creatives(said, its)
        return said

    def _clean_creatives(self, said: dict[str, Any], its: Terms) -> None:
        for name, creative in (("products", Creative.PRODUCT), ("notes", Creative.NOTE)):
            if creative not in its.creatives and name in said:
                said[name] = []
        if not said.get("products") and not said.get("notes") and not self.errors.keys() & {"products", "notes"}:
            only_notes = Creative.PRODUCT not in its.creatives
            wrong = _("Choose at least one note.") if only_notes else _("Choose at least one product or note.")
            self.add_error("notes" if only_notes else "products", wrong)

    def changes(self) -> dict[str, Any]:
        """Return the arguments of the verbs that make, change or try out a campaign."""
        said = self.cleaned_data
        values = {name: said[name] for name in PLAIN}
        chosen = {placement: said[modifier(placement)] for placement in Placement if placement in said["placements"]}
        lists = {"negatives": said["negatives"], "modifiers": {p: n for p, n in chosen.items() if n}}
        lists["promotion_days"] = self.promotion_days.spans()
        if not self.has_targeting:
            return {"values": values, **lists}
        if self.campaign:
            values[of_group(self._first, "exclude_buyers_days")] = said["exclude_buyers_days"]
        return {"values": values, **lists, **self.targeting(), **self.creatives()}

    def member_of(self, argument: str) -> str:
        """Return which member of the campaign, or of its first group, an argument of `changes` sets."""
        return of_group(self._first, argument) if argument in OF_FIRST_GROUP else argument

    @cached_property
    def _first(self) -> AdGroup:
        return first_group(self.campaign)

    def creatives(self) -> dict[str, list]:
        return {name: list(self.cleaned_data[name]) for name in ("products", "notes")}

    def refuse(self, errors: dict) -> None:
        named = {"modifiers": "placements"}
        super().refuse({named.get(name, name): error for name, error in errors.items()})

    def objective_choices(self) -> Iterator[dict[str, Any]]:
        """Yield every objective with what it is for, and why it is closed."""
        chosen = self["objective"].value()
        for objective, its in TERMS.items():
            yield {
                "value": objective.value, "label": objective.label, "text": OBJECTIVES[objective],
                "closed": its.closed, "chosen": objective == chosen,
            }  # fmt: skip

    def bid_mode_choices(self) -> Iterator[dict[str, Any]]:
        """Yield every way of bidding, explained, with the objectives that allow it."""
        chosen = self["bid_mode"].value()
        for mode in BidMode:
            allowed = " ".join(objective for objective, its in TERMS.items() if mode in its.bid_modes)
            yield {
                "value": mode.value, "label": mode.label, "text": BID_MODES[mode], "objectives": allowed,
                "chosen": mode == chosen,
            }  # fmt: skip

    def placement_choices(self) -> Iterator[dict[str, Any]]:
        """Yield every placement with its modifier's field and the objectives that allow it."""
        chosen = {str(value) for value in self["placements"].value() or ()}
        for placement in Placement:
            allowed = " ".join(objective for objective, its in TERMS.items() if placement in its.placements)
            yield {
                "value": placement.value, "label": placement.label, "objectives": allowed,
                "modifier": self[modifier(placement)], "chosen": placement in chosen,
            }  # fmt: skip

    def objectives_with(self, creative: Creative) -> str:
        return " ".join(objective for objective, its in TERMS.items() if creative in its.creatives)

    def objectives_with_products(self) -> str:
        return self.objectives_with(Creative.PRODUCT)

    def objectives_with_notes(self) -> str:
        return self.objectives_with(Creative.NOTE)

    def hour_rows(self) -> Iterator:
        return hour_rows(self["hours"].value() or ())


def modifier(placement: str) -> str:
    """Return the name of the field in which a placement's modifier is written."""
    return f"modifier_{placement}"


def initial_of(campaign: Campaign) -> dict[str, Any]:
    """Return what the form shows of a campaign that is to be edited."""
    modifiers = dict(campaign.modifiers.values_list("placement", "percent"))
    amounts = ("bid", "target_cost", "daily_budget", "total_budget")
    return {
        **{name: getattr(campaign, name) for name in (*PLAIN, "version")},
        **{name: two_decimals(getattr(campaign, name)) for name in amounts},
        **{modifier(placement): percent for placement, percent in modifiers.items()},
        "hours": chosen_hours(campaign.hours),
        "negatives": write_keywords(campaign.negatives.filter(group=None).values_list("text", "match")),
        "promotion_days": list(
            campaign.promotion_days.order_by("first_day").values(
                "first_day", "last_day", "bid_percent", "budget_percent"
            )
        ),
        **targeting_of(first_group(campaign)),
    }
