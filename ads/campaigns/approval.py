"""When a second person has to approve: a budget or bid that rises above the merchant's limit, and starting with one."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max, prefetch_related_objects

from ..models import AdAccount, AdGroup, Campaign, Keyword, Proposal
from . import parts
from .rules import per_unit

State = Campaign.State
MONEY = ("bid", "bid_mode", "daily_budget", "promotion_days", "modifiers", "state")  # what heights are made of


def limit_of(merchant: int) -> Decimal | None:
    """Return the daily budget above which a second person approves; None where nobody else has to."""
    return AdAccount.objects.filter(merchant=merchant).values_list("approval_limit", flat=True).first()


def is_needed(campaign: Campaign, wanted: Mapping[str, Any], *, limit: Decimal | None, today: date) -> bool:
    """Tell whether a change of a locked campaign, given by member, waits for a second person.

    It does when the dearest day or the dearest bid rises above the limit, promotion days and placements counted in,
    and when a campaign is started whose dearest day is above the limit and was never approved.
    """
    if limit is None:
        return False
    before = parts.read(campaign, MONEY)
    after = before | {name: value for name, value in wanted.items() if name in before}
    day, day_after = dearest_day(before, today), dearest_day(after, today)
    if day_after > limit and day_after > day:
        return True
    bid = dearest_bid(before, own_bids(campaign, {}), today)
    bid_after = dearest_bid(after, own_bids(campaign, wanted), today)
    if bid_after > limit and bid_after > bid:
        return True
    starts = before["state"] != State.ACTIVE and after["state"] == State.ACTIVE
    return starts and day_after > max(limit, approved_day(campaign, today))


def dearest_day(document: Mapping[str, Any], today: date) -> Decimal:
    """Return the highest budget of any day from today on."""
    return Decimal(document["daily_budget"]) * _most(document, "budget_percent", today)


def dearest_bid(document: Mapping[str, Any], own: Iterable[Decimal], today: date) -> Decimal:
    """Return the highest price of a click, or of a viewable impression, on any placement and day from today on."""
    bids = [Decimal(document["bid"] or 0), *own]
    placement = max([0, *document["modifiers"].values()])
    highest = max(bids) * (100 + placement) / 100 * _most(document, "bid_percent", today)
    return per_unit(document, highest)


def _most(document: Mapping[str, Any], percent: str, today: date) -> Decimal:
    to_come = [span[percent] for span in document["promotion_days"] if span["last_day"] >= str(today)]
    return Decimal(100 + max([0, *to_come])) / 100


def prepare(campaigns: Iterable[Campaign]) -> None:
    """Read for many campaigns at once what judging their money takes, in four statements."""
    campaigns = list(campaigns)
    prefetch_related_objects(campaigns, "modifiers", "promotion_days")
    groups = AdGroup.objects.filter(campaign__in=campaigns).values_list("campaign").annotate(Max("bid"))
    keywords = Keyword.objects.filter(group__campaign__in=campaigns).values_list("group__campaign")
    of_groups, of_keywords = dict(groups), dict(keywords.annotate(Max("bid")))
    for campaign in campaigns:
        campaign.own_bids = [of_groups.get(campaign.pk), of_keywords.get(campaign.pk)]


def own_bids(campaign: Campaign, wanted: Mapping[str, Any]) -> list[Decimal]:
    """Return the dearest bids of the campaign's groups and keywords as they would be after a change."""
    of_groups = [Decimal(bid) for name, bid in wanted.items() if _is(name, "bid") and bid]
    of_keywords = [Decimal(row[2]) for name, rows in wanted.items() if _is(name, "keywords") for row in rows if row[2]]
    return [*of_groups, *of_keywords, *(bid for bid in _kept_bids(campaign, wanted) if bid is not None)]


def _kept_bids(campaign: Campaign, wanted: Mapping[str, Any]) -> list[Decimal | None]:
    """Return the dearest bids of the groups, and of the keywords of groups, that a change leaves as they are."""
    groups, worded = _groups(wanted, "bid"), _groups(wanted, "keywords")
    if not groups and not worded and hasattr(campaign, "own_bids"):
        return campaign.own_bids
    others = AdGroup.objects.filter(campaign=campaign).exclude(code__in=groups)
    keywords = Keyword.objects.filter(group__campaign=campaign).exclude(group__code__in=worded)
    return [rows.aggregate(most=Max("bid"))["most"] for rows in (others, keywords)]


def _is(name: str, last: str) -> bool:
    return name.startswith("groups.") and name.endswith(f".{last}")


def _groups(wanted: Mapping[str, Any], last: str) -> list[str]:
    return [name.split(".")[1] for name in wanted if _is(name, last)]


def approved_day(campaign: Campaign, today: date) -> Decimal:
    """Return the highest budget of a day that a second person has approved for the campaign; 0 if none has."""
    approved = Proposal.objects.filter(campaign=campaign, state=Proposal.State.APPROVED)
    documents = [before | wanted for before, wanted in approved.values_list("before", "wanted")]
    return max([Decimal(0), *(dearest_day(each, today) for each in documents)])
