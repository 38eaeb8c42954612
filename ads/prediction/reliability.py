"""How predictions came true: by tenth of what was predicted, and by campaign."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from chengfeng import sql
from shops.models import Merchant

from ..models import Campaign, PredictionModel
from ..validity import TOKEN_LIFE
from . import packing
from .calibration import BINS, LOWEST, WIDTH
from .checking import HITS, PREDICTED, SEEN, Check, Judged, judge
from .examples import CLICK_WAIT
from .facts import PLACEMENTS

TENTHS = 10
SHOWN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Tenth:
    """A tenth of the examples, in order of what was predicted: mean prediction and share of hits."""

    seen: float
    predicted: float
    observed: float


def tenths(sums: np.ndarray) -> list[Tenth]:
    """Group bins (rows of a check) into tenths of about equal size; a bin is never split."""
    seen = sums[:, SEEN]
    if not seen.sum():
        return []
    middle = np.cumsum(seen) - seen / 2
    group = np.minimum((middle / seen.sum() * TENTHS).astype(np.int64), TENTHS - 1)
    columns = [np.bincount(group, sums[:, column], TENTHS) for column in (SEEN, PREDICTED, HITS)]
    rows = np.stack(columns, axis=1)
    return [Tenth(float(n), float(p / n), float(hits / n)) for n, p, hits in rows if n > 0]


def of_model(check: Check) -> dict[str, list[Tenth]]:
    """Return the tenths by placement of what a model said before it learnt."""
    return {place: tenths(rows) for place, rows in zip(PLACEMENTS, check.told, strict=True)}


def of_merchant(merchant: Merchant, *, at: datetime) -> dict[str, list[Tenth]]:
    """Return the tenths by placement of what was predicted when the merchant's own ads were shown in seven days.

    Impressions younger than an hour are left out: their clicks may still come.
    """
    since, until = at - SHOWN, at - CLICK_WAIT
    params = {
        "merchant": merchant.pk, "since": since, "until": until, "first_day": (since - TOKEN_LIFE).date(),
        "last_day": until.date(), "lowest": LOWEST, "width": WIDTH, "bins": BINS, "wait": CLICK_WAIT,
        "places": list(PLACEMENTS),
    }  # fmt: skip
    sums = np.zeros((len(PLACEMENTS), BINS, 4))
    for place, cell, seen, predicted, hits in sql.rows(AS_SERVED, params):
        sums[place, cell] = seen, seen, predicted, hits
    return {place: tenths(rows) for place, rows in zip(PLACEMENTS, sums, strict=True)}


AS_SERVED = """
SELECT array_position(%(places)s::text[], e.placement::text) - 1,
    least(greatest(floor((ln(e.pctr / (1 - e.pctr)) - %(lowest)s) / %(width)s), 0), %(bins)s - 1)::int,
    count(*), sum(e.pctr), count(c.token)
FROM ads_event e
LEFT JOIN ads_event c ON c.day = e.day AND c.token = e.token AND c.kind = 'click' AND c.is_valid
    AND c.day BETWEEN %(first_day)s AND %(last_day)s AND c.received_at < e.received_at + %(wait)s
WHERE e.merchant_id = %(merchant)s AND e.kind = 'impression' AND e.is_valid AND e.pctr > 0 AND e.pctr < 1
    AND e.at >= %(since)s AND e.at < %(until)s AND e.day BETWEEN %(first_day)s AND %(last_day)s
GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A campaign with its predicted and observed clicks and purchases, as far as there were enough to judge."""

    campaign: Campaign
    click: Judged | None
    purchase: Judged | None


def newest_check(kind: PredictionModel.Kind) -> Check:
    """Return how the newest version of a model was checked, whether it serves or not."""
    row = PredictionModel.objects.filter(kind=kind).exclude(weights=b"").order_by("-version").first()
    try:
        return packing.check(packing.from_bytes(bytes(row.weights) if row else b""))
    except packing.Unreadable:
        return Check()


def outcomes(click: Check, purchase: Check, campaigns: Sequence[Campaign]) -> list[Outcome]:
    """Return the outcomes of campaigns, in their order."""
    clicks, purchases = ({each.campaign: each for each in judge(check.campaigns)} for check in (click, purchase))
    return [Outcome(campaign, clicks.get(campaign.pk), purchases.get(campaign.pk)) for campaign in campaigns]


def worst(click: Check, purchase: Check) -> list[int]:
    """Return the campaigns that can be judged, the most wrong first."""
    errors: dict[int, float] = {}
    for each in judge(click.campaigns) + judge(purchase.campaigns):
        error = abs(float(np.log(max(each.ratio, 1e-9))))
        errors[each.campaign] = max(error, errors.get(each.campaign, 0.0))
    return sorted(errors, key=errors.get, reverse=True)


def judged(keys: Sequence[int]) -> list[Campaign]:
    """Return these campaigns of whatever merchants, in this order; those that are gone are left out."""
    found = Campaign.objects.select_related("merchant").in_bulk(keys)
    return [found[key] for key in keys if key in found]
