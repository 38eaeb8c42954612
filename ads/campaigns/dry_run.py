"""The dry run: what a campaign, or a change of one, would be and cost, without writing anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chengfeng.periods import local_date
from shops.tenancy import Access

from ..models import Campaign
from . import approval, parts
from .editing import dearest_of, wanted_of, with_defaults
from .judging import judge
from .members import encoded, plain
from .rules import Errors, broken

LISTS = ("negatives", "modifiers", "promotion_days")
OF_GROUP = ("products", "notes", "categories", "keywords", "audiences")


@dataclass(frozen=True, slots=True)
class Estimate:
    """What would come of it: errors by member, both sides of what would change, and what history lets expect.

    `forecast` is None where there is no history yet; `waits` tells that a second person would have to approve.
    """

    errors: Errors = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    waits: bool = False
    forecast: Any = None


def estimate(
    access: Access, *, at: datetime, campaign: Campaign | None = None, values: Mapping[str, Any], **lists: Sequence
) -> Estimate:
    """Judge what `create_campaign` would make, or `edit_campaign` change, given the same values and lists."""
    if campaign is None:
        return _of_new(access, values, lists, at)
    of_its_group = {name: lists.get(name) for name in OF_GROUP}
    wanted = wanted_of(campaign, values=values, lists={n: lists.get(n) for n in LISTS}, of_its_group=of_its_group)
    before = parts.read(campaign, wanted)
    wanted = {name: value for name, value in wanted.items() if before[name] != value}
    errors = judge(campaign, wanted) if wanted else {}
    waits = not errors and bool(wanted) and _waits(access, campaign, wanted, at)
    spec = plain(campaign) | wanted
    expected = None if errors else forecast(access, spec, campaign=campaign, at=at)
    return Estimate(errors, {name: before[name] for name in wanted}, wanted, waits, expected)


def _of_new(access: Access, values: Mapping[str, Any], lists: Mapping[str, Sequence], at: datetime) -> Estimate:
    campaign = Campaign(merchant=access.merchant, **with_defaults(values, at))
    said = encoded({name: value for name, value in lists.items() if value})
    spec = plain(campaign) | said
    errors = broken(spec, dearest=dearest_of(said.get("keywords", ())))
    return Estimate(errors, after=spec, forecast=None if errors else forecast(access, spec, at=at))


def _waits(access: Access, campaign: Campaign, wanted: Mapping[str, Any], at: datetime) -> bool:
    today = local_date(at, access.merchant.time_zone)
    return approval.is_needed(campaign, wanted, limit=approval.limit_of(access.merchant.pk), today=today)


def forecast(access: Access, spec: Mapping[str, Any], *, at: datetime, campaign: Campaign | None = None) -> Any:
    """Return what past auctions let expect of a campaign set so, or None where there is no history yet."""
    from ..replay import forecasting  # which reads campaigns itself

    return forecasting.forecast(access.merchant, {**spec, "campaign": campaign and campaign.code}, at=at)
