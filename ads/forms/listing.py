"""What the campaign list is narrowed to and sorted by, as it stands in the address."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ..models import Campaign, Steering

PERIODS = (1, 7, 14, 30, 90)
WEEK = 7


class CampaignFilterForm(forms.Form):
    """What the campaign list is narrowed to."""

    q = forms.CharField(label=_("Name of a campaign"), required=False, max_length=120)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All states")), *Campaign.State.choices]
    )
    objective = forms.ChoiceField(
        label=_("Objective"), required=False, choices=[("", _("All objectives")), *Campaign.Objective.choices]
    )
    bid_mode = forms.ChoiceField(
        label=_("Bidding"), required=False, choices=[("", _("All ways of bidding")), *Campaign.BidMode.choices]
    )
    phase = forms.ChoiceField(
        label=_("Learning"), required=False, choices=[("", _("Learning or not")), *Steering.Phase.choices]
    )

    def said(self) -> dict[str, str]:
        """Return what was asked for; nothing if nonsense was."""
        return self.cleaned_data if self.is_valid() else {}

    def narrowed(self) -> list[tuple[str, str]]:
        """Return by name what narrows the list, in words."""
        said = {name: value for name, value in self.said().items() if value}
        choices = {name: dict(field.choices) for name, field in self.fields.items() if name != "q"}
        return [(name, str(choices[name][value]) if name in choices else f"“{value}”") for name, value in said.items()]

    def narrow(self, campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
        """Return the campaigns that fit; archived ones only when they are asked for, and all if nonsense is asked."""
        said = self.said()
        if said.get("q"):
            campaigns = campaigns.filter(name__icontains=said["q"])
        if said.get("phase"):
            campaigns = campaigns.filter(steering__phase=said["phase"])
        exact = {name: said[name] for name in ("state", "objective", "bid_mode") if said.get(name)}
        campaigns = campaigns.filter(**exact)
        return campaigns if "state" in exact else campaigns.exclude(state=Campaign.State.ARCHIVED)


def days_of(asked: str, default: int = WEEK) -> int:
    """Return the number of days that an address asks for, if it is one of those offered."""
    return int(asked) if asked in {str(days) for days in PERIODS} else default
