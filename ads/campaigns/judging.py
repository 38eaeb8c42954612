"""Judges a change of a campaign by the rules, with what stands in the database beside it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengfeng.money import ZERO

from ..models import Ad, Campaign
from . import approval
from .budgets import spent_by
from .members import plain
from .objectives import Creative, terms
from .rules import Errors, broken

State = Campaign.State


def judge(campaign: Campaign, wanted: Mapping[str, Any], *, revives: bool = False) -> Errors:
    """Return what is wrong with a change of a campaign, by member. Stopping one is always allowed.

    Nothing changes an archived campaign but what `revives` it.
    """
    stops = set(wanted) == {"state"} and wanted["state"] != State.ACTIVE
    if campaign.state == State.ARCHIVED and not revives:
        return {"state": _("An archived campaign stays archived.")}
    if stops:
        return {}
    dearest = max(approval.own_bids(campaign, wanted), default=None) if _touches_bids(wanted) else None
    spent = spent_by([campaign.pk]).get(campaign.pk, ZERO) if "total_budget" in wanted else ZERO
    return _other_creatives(campaign, wanted) | broken(plain(campaign) | wanted, dearest=dearest, spent=spent)


def _touches_bids(wanted: Mapping[str, Any]) -> bool:
    names = {name.rpartition(".")[2] for name in wanted}
    return not names.isdisjoint({"daily_budget", "bid_mode", "bid", "keywords"})


def _other_creatives(campaign: Campaign, wanted: Mapping[str, Any]) -> Errors:
    """Say so where another objective is wanted that does not advertise what the campaign does."""
    if "objective" not in wanted or Creative.PRODUCT in terms(wanted["objective"]).creatives:
        return {}
    if not Ad.objects.filter(campaign=campaign, state=Ad.State.ACTIVE, note=None).exists():
        return {}
    return {"objective": _("Its ads show products, which this objective does not advertise.")}
