"""What a merchant decides for all campaigns together: a budget of the day, a limit for approval, when to be warned."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from chengfeng.models import Account
from chengfeng.money import AmountField
from chengfeng.periods import local_date
from shops.models import Merchant
from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import Access

from ..models import AccountDay, AdAccount
from ..wallet.cash import account as wallet_of
from .changing import Illegal
from .rules import HIGHEST_AMOUNT, LOWEST_AMOUNT, OUT_OF_RANGE, Errors

FIELDS = ("daily_budget", "approval_limit", "alert_balance", "alert_days")


def settings_of(merchant: Merchant) -> AdAccount:
    """Return what the merchant has decided, or what holds until it does; nothing is written."""
    return AdAccount.objects.filter(merchant=merchant).first() or AdAccount(merchant=merchant)


@transaction.atomic
def edit_account(access: Access, *, values: Mapping[str, Any], at: datetime) -> AdAccount:
    """Change what is given. A new daily budget counts from today, but never below what today has already cost.

    Lifting the approval limit would be the way around it: that is for a person who decides on people's rights. Raises
    Illegal, or PermissionDenied.
    """
    if errors := _errors(values):
        raise Illegal(errors)
    AdAccount.objects.bulk_create([AdAccount(merchant=access.merchant)], ignore_conflicts=True)
    account = AdAccount.objects.select_for_update(of=("self",), no_key=True).get(merchant=access.merchant)
    changes = {
        name: [getattr(account, name), value] for name, value in values.items() if getattr(account, name) != value
    }
    if "approval_limit" in changes and _lifts(*changes["approval_limit"]):
        _require_decider(access)
    if "daily_budget" in changes:
        _hold_charges(access.merchant)
    AdAccount.objects.filter(pk=account.pk).update(**{name: after for name, (_before, after) in changes.items()})
    account.refresh_from_db()
    if "daily_budget" in changes:
        _rebudget(account, at)
    if changes:
        sides = {name: [_plain(value) for value in pair] for name, pair in changes.items()}
        record(access, "ads.account", target=access.merchant.code, at=at, changes=sides)
    return account


def _hold_charges(merchant: Merchant) -> None:
    """Let charges wait until the new budget is there: one that has read the old would write that back."""
    Account.objects.select_for_update(of=("self",), no_key=True).get(pk=wallet_of(merchant).pk)


def _require_decider(access: Access) -> None:
    access.require(Right.PEOPLE_EDIT)
    if access.user is None:
        raise PermissionDenied


def _errors(values: Mapping[str, Any]) -> Errors:
    errors: Errors = {}
    for name in ("daily_budget", "approval_limit", "alert_balance"):
        amount = values.get(name)
        if amount is not None and not LOWEST_AMOUNT <= amount < HIGHEST_AMOUNT:
            errors[name] = OUT_OF_RANGE
    if not 0 <= values.get("alert_days", 0) <= 90:
        errors["alert_days"] = _("Between 0 and 90 days.")
    return errors


def _lifts(before: Decimal | None, after: Decimal | None) -> bool:
    return before is not None and (after is None or after > before)


def _rebudget(account: AdAccount, at: datetime) -> None:
    today = AccountDay.objects.filter(merchant=account.merchant_id, day=local_date(at, account.merchant.time_zone))
    if account.daily_budget is None:
        return
    budget = Value(account.daily_budget, output_field=AmountField())
    today.update(budget=Greatest(budget, F("spent")))


def _plain(value: Any) -> Any:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value
