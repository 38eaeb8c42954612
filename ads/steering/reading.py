"""Reads what steering has to know of all active campaigns, each part in one statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from json import loads

import numpy as np
from django.conf import settings

from chengfeng import sql

from .. import prediction
from ..models import Campaign, PredictionModel
from ..prediction import AdFacts
from . import clocks, newcomers, tallying
from .facts import Facts, Memory, Window
from .remembering import memory_of
from .tallying import WINDOW, Tally, tally_of, to_sum_up

FIRST_DELAY = 86_400.0  # seconds from click to purchase, until a model has learnt it


def read(*, at: datetime) -> list[tuple[Facts, Memory | None]]:
    """Return the facts of every active campaign and its memory, None where it was never steered."""
    rows = sql.dicts(CAMPAIGNS, {"at": at, "currencies": list(settings.AUCTION_RATES)})
    if not rows:
        return []
    for row in rows:
        row["state"] = _state(row)
    kept, now = _tallies(rows, at)
    shares = newcomers.shares(rows, now)
    profile = clocks.profile(at=at)
    return [
        (_facts(row, kept[row["id"]], now[row["id"]], shares.get(row["id"], 1.0), profile, at), memory_of(row))
        for row in rows
    ]


def _state(row: Mapping) -> dict:
    return loads(row["state"]) if isinstance(row["state"], str) else row["state"] or {}


def _facts(row: Mapping, kept: Tally, now: Tally, share: float, profile: np.ndarray, at: datetime) -> Facts:
    local = at.astimezone(clocks.zone(row["time_zone"]))
    budget = float(row["budget"])
    if row["total_left"] is not None:
        budget = min(budget, float(row["spent"] + max(row["total_left"], 0)))
    target = {"target_cost": row["target_cost"], "target_roi": row["target_roi"]}.get(row["bid_mode"])
    return Facts(
        campaign=row["id"], merchant=row["merchant_id"], mode=row["bid_mode"],
        is_fast=row["pacing"] == Campaign.Pacing.FAST, target=None if target is None else float(target),
        daily_budget=float(row["daily_budget"]), budget=budget, spent=float(row["spent"]),
        promotion=(100 + row["bid_percent"]) / 100, rate=float(settings.AUCTION_RATES[row["currency"]]),
        day=row["day"], now=clocks.passed(profile, row["hours"], local), at=at, share=share,
        window=_window(row, now, share), tally=kept,
    )  # fmt: skip


CAMPAIGNS = """
SELECT c.id, c.merchant_id, c.bid_mode, c.pacing, c.target_cost, c.target_roi, c.daily_budget, c.hours, c.roi_on,
    c.objective, m.currency, m.time_zone, today.day,
    coalesce(d.spent, 0) AS spent,
    coalesce(d.budget, round(c.daily_budget * (100 + coalesce(p.budget_percent, 0)) / 100, 4)) AS budget,
    c.total_budget - coalesce(t.spent, 0) AS total_left, coalesce(p.bid_percent, 0) AS bid_percent,
    s.multiplier, s.participation, s.phase, s.phase_since, s.state, s.updated_at
FROM ads_campaign c
JOIN shops_merchant m ON m.id = c.merchant_id AND m.currency = ANY(%(currencies)s)
CROSS JOIN LATERAL (SELECT (%(at)s::timestamptz AT TIME ZONE m.time_zone)::date AS day) today
LEFT JOIN ads_campaignday d ON d.campaign_id = c.id AND d.day = today.day
LEFT JOIN ads_campaigntotal t ON t.campaign_id = c.id
LEFT JOIN LATERAL (
    SELECT max(bid_percent) AS bid_percent, max(budget_percent) AS budget_percent FROM ads_promotiondays
    WHERE campaign_id = c.id AND today.day BETWEEN first_day AND last_day
) p ON true
LEFT JOIN ads_steering s ON s.campaign_id = c.id
WHERE c.state = 'active' AND c.starts_at <= %(at)s AND (c.ends_at IS NULL OR c.ends_at > %(at)s)
ORDER BY c.id
"""


def _tallies(rows: Sequence[Mapping], at: datetime) -> tuple[dict[int, Tally], dict[int, Tally]]:
    """Return by campaign the sums to keep, and those of this instant; a few are read anew, the rest gone on from."""
    campaigns, rate = {row["id"]: row for row in rows}, 1 / _delay()
    known = {pk: tally_of(row["state"]) for pk, row in campaigns.items()}
    modes = {pk: row["bid_mode"] for pk, row in campaigns.items()}
    anew = to_sum_up(known, modes, rate, at)
    since = at - WINDOW
    fresh = {pk: Tally(since=since, until=since, mode=modes[pk], rate=rate) for pk in anew}
    kept = _summed(campaigns, fresh, at) | {pk: tally for pk, tally in known.items() if pk not in anew}
    return kept, kept | _summed(campaigns, {pk: kept[pk] for pk in known if pk not in anew}, at)


def _summed(campaigns: Mapping[int, Mapping], tallies: Mapping[int, Tally], at: datetime) -> dict[int, Tally]:
    """Return the sums with what came since."""
    summed = {pk: tally.at(at) for pk, tally in tallies.items()}
    clicks = tallying.clicks(list(tallies.items()), at=at)
    values = _values(campaigns, [row["ad"] for row in clicks])
    for row in clicks:
        campaign, value = row.pop("campaign"), values.get(row.pop("ad"), 0.0)
        money = {"predicted_value": row["predicted"] * value, "open_value": row["open"] * value}
        summed[campaign] = summed[campaign].plus(row | money)
    for row in tallying.orders(list(tallies.items()), at=at):
        campaign = row.pop("campaign")
        summed[campaign] = summed[campaign].plus(row)
    return summed


def _window(row: Mapping, tally: Tally, share: float) -> Window:
    """Return what the mode and objective of a campaign count of its sums."""
    is_new = row["objective"] == Campaign.Objective.NEW_CUSTOMERS
    is_settled = row["roi_on"] == Campaign.RoiOn.SETTLED
    return Window(
        clicks=int(tally.clicks), cost=tally.cost, bid=tally.bid,
        predicted=tally.predicted * share, due=(tally.predicted - tally.open) * share,
        orders=tally.newcomers if is_new else tally.orders,
        predicted_value=tally.predicted_value, due_value=tally.predicted_value - tally.open_value,
        value=tally.settled if is_settled else tally.paid,
    )  # fmt: skip


def _delay() -> float:
    """Return how many seconds after its click a purchase comes on average."""
    newest = PredictionModel.objects.filter(kind=PredictionModel.Kind.PURCHASE).order_by("-version")
    metrics = newest.values_list("metrics", flat=True).first() or {}
    return metrics.get("delay_hours", 0) * 3600 or FIRST_DELAY


def _values(campaigns: Mapping[int, Mapping], ads: Sequence[int]) -> dict[int, float]:
    """Return by ad the predicted value of an order, for those of campaigns whose target is a ROI."""
    wanted = [pk for pk, row in campaigns.items() if row["bid_mode"] == Campaign.BidMode.TARGET_ROI]
    facts = [AdFacts(*row) for row in sql.rows(ADS, {"campaigns": wanted, "ads": list(ads)})] if wanted else []
    if not facts:
        return {}
    predictor = prediction.latest()
    kept = predictor.settled_share(facts)
    worth = predictor.value(facts)
    return {
        each.ad: float(value * share if campaigns[each.campaign]["roi_on"] == Campaign.RoiOn.SETTLED else value)
        for each, value, share in zip(facts, worth, kept, strict=True)
    }


ADS = """
SELECT ad.id, ad.group_id, ad.campaign_id, ad.merchant_id, ad.product_id, product.category_id, product.brand,
    (SELECT min(price) FROM shops_variant WHERE product_id = product.id AND is_active)
FROM ads_ad ad JOIN shops_product product ON product.id = ad.product_id
WHERE ad.campaign_id = ANY(%(campaigns)s) AND ad.id = ANY(%(ads)s)
"""
