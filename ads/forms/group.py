"""The forms of an ad group and of a single ad."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chengfeng.typed import TypedField

from ..campaigns.members import of_group
from ..campaigns.objectives import terms
from ..models import AdGroup, Campaign
from .choosing import ChoosingForm
from .fields import PriceField, in_currency, two_decimals
from .targeting import TargetingForm, targeting_of
from .words import parse_negatives, write_keywords


class GroupForm(TargetingForm, ChoosingForm):
    """Everything that is set of a group: its bid, what it advertises, where and to whom."""

    name = TypedField(label=_("Name"), max_length=120)
    bid = PriceField(label=_("Bid of the group"), required=False, help_text=_("Empty: the campaign's."))
    negatives = TypedField(
        label=_("Negative keywords"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Searches on which the ads of this group are not shown, written like keywords."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=30)

    def __init__(self, *args, campaign: Campaign, group: AdGroup | None = None, **kwargs):
        super().__init__(*args, merchant=campaign.merchant, **kwargs)
        self.campaign, self.group = campaign, group
        self.creatives = terms(campaign.objective).creatives
        in_currency(self, campaign.merchant.currency)

    def clean_negatives(self) -> list[tuple[str, str]]:
        return parse_negatives(self.cleaned_data["negatives"])

    def changes(self) -> dict[str, Any]:
        """Return the arguments of the verbs that make or change a group."""
        said = self.cleaned_data
        values = {name: said[name] for name in ("name", "bid", "exclude_buyers_days")}
        chosen = {name: list(said[name]) for name in ("products", "notes")}
        return {"values": values, "negatives": said["negatives"], **chosen, **self.targeting()}

    def member_of(self, argument: str) -> str:
        """Return which member of the group an argument of `changes` sets."""
        return of_group(self.group, argument)


def initial_of_group(group: AdGroup) -> dict[str, Any]:
    """Return what the form shows of a group that is to be edited."""
    return {
        "name": group.name, "bid": two_decimals(group.bid), "version": group.campaign.version,
        "negatives": write_keywords(group.negatives.values_list("text", "match")), **targeting_of(group),
    }  # fmt: skip


class HeadlineForm(forms.Form):
    """The headline of an ad; empty means the title of what is advertised."""

    headline = TypedField(
        label=_("Headline"), max_length=60, required=False,
        help_text=_("Empty: the title. A headline of your own is reviewed before it is shown."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class VerdictForm(forms.Form):
    """What an operator decides on a headline as it was read."""

    headline = forms.CharField(max_length=60, widget=forms.HiddenInput, required=False, strip=False)
    reason = TypedField(label=_("Why it is rejected"), max_length=200, required=False)
