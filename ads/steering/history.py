"""The auctions of past days as landscapes: for each campaign, what each multiplier would have spent and won."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from chengfeng import sql

from ..auction.numbers import CENTS, PROBABILITY
from ..bidding.landscape import Landscape
from .facts import Facts, Mode

DAYS = 7
FEWEST = 200  # auctions in the log, and a campaign has a history
FRESH = timedelta(hours=1)
MOST = 4_000  # auctions of one campaign that are read

_known: dict[int, tuple[datetime, Landscape | None]] = {}


def landscapes(facts: Sequence[Facts], *, at: datetime) -> dict[int, Landscape]:
    """Return the landscape of every campaign that has one, of prices in its currency and values as it counts them.

    Time has one slot: the clock of steering runs by traffic. They are read again every hour, by each process.
    """
    due = [one for one in facts if not _is_fresh(one.campaign, at)]
    if due:
        _read(due, at)
    found = {one.campaign: _known[one.campaign][1] for one in facts}
    return {campaign: landscape for campaign, landscape in found.items() if landscape}


def _is_fresh(campaign: int, at: datetime) -> bool:
    known = _known.get(campaign)
    return known is not None and abs(at - known[0]) < FRESH


def _read(facts: Sequence[Facts], at: datetime) -> None:
    params = {
        "campaigns": [one.campaign for one in facts], "since": at - timedelta(days=DAYS), "at": at, "most": MOST,
        "first": (at - timedelta(days=DAYS)).date(), "last": at.date(),
    }  # fmt: skip
    auctions = defaultdict(list)
    for campaign, *auction in sql.rows(AUCTIONS, params):
        auctions[campaign].append(auction)
    for one in facts:
        _known[one.campaign] = at, landscape(one, auctions[one.campaign])


AUCTIONS = """
SELECT campaign, floor_score, pctr, pcvr, quality, weight, day FROM (
    SELECT (c->>'campaign')::bigint AS campaign, (c->>'pctr')::float8 AS pctr, (c->>'pcvr')::float8 AS pcvr,
        (c->>'quality')::float8 AS quality, r.weight, r.day,
        coalesce((
            SELECT (rival->>'score')::float8 FROM jsonb_array_elements(r.candidates) rival
            WHERE rival->>'merchant' <> c->>'merchant' AND rival->>'outcome' IN ('won', 'outranked')
            ORDER BY (rival->>'score')::float8 DESC OFFSET r.slots - 1 LIMIT 1
        ), 0) AS floor_score,
        row_number() OVER (PARTITION BY c->>'campaign' ORDER BY r.at DESC) AS place
    FROM ads_auctionrecord r CROSS JOIN LATERAL jsonb_array_elements(r.candidates) c
    WHERE r.day BETWEEN %(first)s AND %(last)s AND r.at >= %(since)s AND r.at < %(at)s
        AND (c->>'campaign')::bigint = ANY(%(campaigns)s) AND c->>'pcvr' IS NOT NULL
) taking_part WHERE place <= %(most)s AND pctr > 0 AND pcvr > 0 AND quality > 0
"""


def landscape(facts: Facts, auctions: Sequence[Sequence]) -> Landscape | None:
    """Return the mean day of auctions (floor score, pctr, pcvr, quality, weight, day); None where they are too few.

    What an auction costs is its lowest winning price per click × the chance of a click; it is worth the chance of an
    order × its value.
    """
    if len(auctions) < FEWEST:
        return None
    days = len({auction[-1] for auction in auctions})
    floor, pctr, pcvr, quality, weight = np.array([auction[:-1] for auction in auctions], dtype=float).T
    price = np.maximum(floor / (pctr * PROBABILITY * quality * CENTS * facts.rate), 0.01)
    per_day = weight / days
    value = pctr * pcvr * (facts.order_value if facts.mode == Mode.TARGET_ROI else 1.0)
    return Landscape.of(prices=price * pctr * per_day, values=value * per_day)


def forget() -> None:
    """Forget all landscapes."""
    _known.clear()
