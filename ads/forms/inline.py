"""The small form in which one amount of a campaign is changed on the spot."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Campaign
from .fields import PriceField, in_currency, two_decimals

LABELS = {
    "bid": _("Bid"), "daily_budget": _("Daily budget"), "target_cost": _("Target cost per order"),
    "target_roi": _("Target ROI"),
}  # fmt: skip


class AmountForm(forms.Form):
    """A new amount, and the version of the campaign that the old one was read from."""

    amount = PriceField(label=_("Amount"))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, campaign: Campaign, member: str):
        amount: Decimal | None = getattr(campaign, member)
        super().__init__(data, initial={"amount": two_decimals(amount), "version": campaign.version})
        self.fields["amount"].label = LABELS[member]
        if member != "target_roi":
            in_currency(self, campaign.merchant.currency)

    def refuse(self, errors: dict) -> None:
        """Show what the verb found wrong, whichever member it blames."""
        for error in errors.values():
            self.add_error("amount", error)
