"""Checking: by how much forecasts missed running campaigns on later days, told from the days before them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from statistics import fmean

from chengfeng.periods import midnight

from .. import performance
from ..auction.numbers import CENTS
from ..campaigns.members import plain
from ..models import Campaign
from .chances import Usual
from .errors import off
from .estimating import Figures
from .holding import CPM
from .market import Market
from .offering import offer_of
from .planning import Plan, plan_of
from .reading import Auction

CHECKED = 3  # campaigns by which a forecast is back-tested
LOOKED = 50  # campaigns among which they are chosen
FEWEST = 50  # auctions of the earlier days that a check needs


def forecast_error(market: Market) -> float | None:
    """Return by which part impressions and clicks of running campaigns were missed on average; None where none runs.

    The campaigns with the most records are looked at, the shop's own first. Each is told as if it were new, from the
    auctions of the earlier days without its own part in them, and with what was predicted for it then.
    """
    half = len(market.days) // 2
    before, after = market.days[:half], market.days[half:]
    counts = Counter(entry.campaign for auction in market.of_days(after) for entry in auction.entries)
    known = Campaign.objects.select_related("merchant").in_bulk([pk for pk, _ in counts.most_common(LOOKED)])
    fitting = [campaign for campaign in known.values() if _fits(campaign, market)]
    best = sorted(fitting, key=lambda each: (each.merchant_id != market.merchant.pk, -counts[each.pk]))
    errors = [_missed(campaign, market, before, after) for campaign in best[:CHECKED]]
    told = [error for error in errors if error is not None]
    return fmean(told) if told else None


def _fits(campaign: Campaign, market: Market) -> bool:
    """Whether a campaign runs and has run on all of the days, in the currency and by the clock of the shop."""
    own, shop = campaign.merchant, market.merchant
    ran = max(campaign.created_at, campaign.starts_at) <= midnight(market.first, shop.time_zone)
    is_alike = (own.currency, own.time_zone) == (shop.currency, shop.time_zone)
    return ran and is_alike and campaign.state == Campaign.State.ACTIVE


def _missed(campaign: Campaign, market: Market, before: Sequence[date], after: Sequence[date]) -> float | None:
    earlier, later = market.of_days(before), market.of_days(after)
    plan = _as_bid(plan_of(campaign.merchant, plain(campaign) | {"campaign": campaign.code}), later)
    reached = market.reached(plan, earlier)
    if len(reached) < FEWEST:
        return None
    chances = Usual(earlier, plan, campaign=campaign.pk)
    told = market.tell(plan, reached, chances, offer_of(plan, at=market.at)).figures.times(len(after) / len(before))
    happened = performance.total(performance.by_day(campaign, after[0], after[-1]).values())
    missed = off(told, Figures(happened.impressions, happened.clicks))
    return (missed.impressions + missed.clicks) / 2


def _as_bid(plan: Plan, later: Sequence[Auction]) -> Plan:
    """Return the plan of a campaign as if it were new; if it bids by hand, with what it bid on the later days."""
    if plan.mode not in Campaign.MANUAL:
        return replace(plan, multiplier=None)
    pairs = ((auction, entry) for auction in later for entry in auction.entries)
    bids = [(entry.bid, auction.weight) for auction, entry in pairs if entry.campaign == plan.campaign]
    if not bids:
        return plan
    mean = sum(bid * weight for bid, weight in bids) / sum(weight for _bid, weight in bids)
    return replace(plan, bid=Decimal(mean * (1_000 if plan.mode == CPM else 1) / CENTS), modifiers={})
