"""The form of what a merchant decides for all of its campaigns together."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import AdAccount
from .fields import PriceField, in_currency, two_decimals


class AccountForm(forms.Form):
    """The budget of all campaigns, and the limit for approval."""

    daily_budget = PriceField(
        label=_("Daily budget of all campaigns"), required=False,
        help_text=_("Empty: only the campaigns' own budgets count."),
    )  # fmt: skip
    approval_limit = PriceField(
        label=_("A second person approves daily budgets and bids above"), required=False,
        help_text=_("Empty: nobody else has to approve."),
    )  # fmt: skip

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        in_currency(self, currency)

    def refuse(self, errors: dict) -> None:
        """Show what the verb found wrong beside its field."""
        for name, error in errors.items():
            self.add_error(name if name in self.fields else None, error)


def initial_of_account(account: AdAccount) -> dict[str, Any]:
    """Return what the form shows."""
    return {name: two_decimals(getattr(account, name)) for name in ("daily_budget", "approval_limit")}
