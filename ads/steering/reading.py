"""Reads what steering has to know of all active campaigns, each part in one statement."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings

from chengfeng import sql

from .. import prediction
from ..attribution.rules import DEFAULT
from ..models import Campaign, PredictionModel
from ..prediction import AdFacts, Predictor
from . import clocks
from .facts import Facts, Memory, Window
from .remembering import memory_of

WINDOW = timedelta(days=7)
FIRST_DELAY = 86_400.0  # seconds from click to purchase, until a model has learnt it


def read(*, at: datetime) -> list[tuple[Facts, Memory | None]]:
    """Return the facts of every active campaign and its memory, None where it was never steered."""
    rows = sql.dicts(CAMPAIGNS, {"at": at, "currencies": list(settings.AUCTION_RATES)})
    if not rows:
        return []
    windows = _windows(rows, at)
    profile = clocks.profile(at=at)
    return [(_facts(row, windows[row["id"]], profile, at), memory_of(row)) for row in rows]


def _facts(row: Mapping, window: Window, profile: np.ndarray, at: datetime) -> Facts:
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
        day=row["day"], now=clocks.passed(profile, row["hours"], local), at=at, window=window,
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


def _windows(rows: Sequence[Mapping], at: datetime) -> dict[int, Window]:
    """Return by campaign what clicks of the last seven days cost and brought."""
    params = {
        "campaigns": [row["id"] for row in rows], "at": at, "since": at - WINDOW, "rule": DEFAULT.name,
        "day": (at - WINDOW - timedelta(days=2)).date(), "rate": 1 / _delay(),
    }  # fmt: skip
    clicks = sql.rows(CLICKS, params)
    values = _values({row["id"]: row for row in rows}, [ad for _, ad, *_ in clicks])
    sums = defaultdict(lambda: np.zeros(6))
    for campaign, ad, *numbers in clicks:
        count, cost, predicted, due = map(float, numbers)
        value = values.get(ad, 0.0)
        sums[campaign] += (count, cost, predicted, due, predicted * value, due * value)
    return _with_orders(sums, {row["id"]: row for row in rows}, params)


def _with_orders(sums: Mapping, rows: Mapping[int, Mapping], params: Mapping) -> dict[int, Window]:
    orders = {row["campaign"]: row for row in sql.dicts(ORDERS, params)}
    windows = defaultdict(Window)
    for campaign in sums.keys() | orders.keys():
        clicks, cost, predicted, due, value, due_value = sums[campaign].tolist()
        windows[campaign] = Window(
            clicks=int(clicks), cost=cost, predicted=predicted, due=due, predicted_value=value, due_value=due_value
        )
    for campaign, came in orders.items():
        is_new = rows[campaign]["objective"] == Campaign.Objective.NEW_CUSTOMERS
        is_settled = rows[campaign]["roi_on"] == Campaign.RoiOn.SETTLED
        count, value = came["newcomers" if is_new else "orders"], came["settled" if is_settled else "paid"]
        windows[campaign] = replace(windows[campaign], orders=float(count), value=float(value))
    return windows


CLICKS = """
SELECT campaign_id, ad_id, count(*), coalesce(sum(price) FILTER (WHERE reason = ''), 0),
    coalesce(sum(pcvr), 0), coalesce(sum(pcvr * (1 - exp(-%(rate)s * extract(epoch FROM %(at)s - at)::float8))), 0)
FROM ads_event
WHERE campaign_id = ANY(%(campaigns)s) AND kind = 'click' AND day >= %(day)s AND at >= %(since)s AND at < %(at)s
    AND is_valid
GROUP BY campaign_id, ad_id ORDER BY campaign_id, ad_id
"""
ORDERS = """
WITH credits AS (
    SELECT campaign_id, line_id, reason, amount FROM ads_credit
    WHERE campaign_id = ANY(%(campaigns)s) AND at >= %(since)s AND at < %(at)s AND touched_at >= %(since)s
        AND rule = %(rule)s
), lines AS (
    SELECT c.campaign_id, l.conversion_id, bool_or(c.reason = 'invalid') AS withdrawn,
        sum(c.amount) FILTER (WHERE c.reason <> 'refund') AS paid, sum(c.amount) AS settled
    FROM credits c JOIN ads_conversionline l ON l.id = c.line_id
    GROUP BY c.campaign_id, l.conversion_id
)
SELECT l.campaign_id AS campaign, count(*) FILTER (WHERE NOT withdrawn) AS orders,
    count(*) FILTER (WHERE NOT withdrawn AND NOT EXISTS (
        SELECT FROM ads_conversion earlier
        WHERE earlier.merchant_id = v.merchant_id AND earlier.shopper = v.shopper AND earlier.at < v.at
    )) AS newcomers,
    coalesce(sum(paid), 0) AS paid, coalesce(sum(settled), 0) AS settled
FROM lines l JOIN ads_conversion v ON v.id = l.conversion_id GROUP BY l.campaign_id
"""


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
    predictor = _predictor()
    kept = predictor.settled_share(facts)
    worth = predictor.value(facts)
    return {
        each.ad: float(value * share if campaigns[each.campaign]["roi_on"] == Campaign.RoiOn.SETTLED else value)
        for each, value, share in zip(facts, worth, kept, strict=True)
    }


_last: Predictor | None = None


def _predictor() -> Predictor:
    """Return the predictor of now; the last one is kept, for reading one again takes longer than steering."""
    global _last
    _last = prediction.load(_last)
    return _last


ADS = """
SELECT ad.id, ad.group_id, ad.campaign_id, ad.merchant_id, ad.product_id, product.category_id, product.brand,
    (SELECT min(price) FROM shops_variant WHERE product_id = product.id AND is_active)
FROM ads_ad ad JOIN shops_product product ON product.id = ad.product_id
WHERE ad.campaign_id = ANY(%(campaigns)s) AND ad.id = ANY(%(ads)s)
"""
