"""The auctions of past days as landscapes: for each campaign, what each multiplier would have spent and won."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from chengfeng import sql

from ..auction.numbers import CENTS, PROBABILITY
from ..auction.outcomes import Outcome
from ..bidding.landscape import Landscape
from .facts import Facts, Mode

DAYS = 7
FEWEST = 200  # auctions in the log, and a campaign has a history
FRESH = timedelta(hours=1)
COULD_WIN = [  # with another bid
    Outcome.WON, Outcome.OUTRANKED, Outcome.BELOW_RESERVE, Outcome.BUDGET, Outcome.THROTTLED, Outcome.EXPLORED_AWAY
]  # fmt: skip
NEVER = datetime.min.replace(tzinfo=UTC)
MOST = 2_000  # auctions of one campaign that are read
AT_ONCE = 50  # campaigns whose log is read in one look, the oldest first

_known: dict[tuple[int, str], tuple[datetime, Landscape | None]] = {}


def landscapes(facts: Sequence[Facts], *, at: datetime) -> dict[int, Landscape]:
    """Return the landscape of every campaign that has one, of prices in its currency and values as it counts them.

    Time has one slot: the clock of steering runs by traffic. Each process reads them again every hour,
    some at each look.
    """
    due = [one for one in facts if not _is_fresh(one, at)]
    due.sort(key=lambda one: _known.get(_key(one), (NEVER, None))[0])
    if due:
        _read(due[:AT_ONCE], at)
    found = {one.campaign: _known[_key(one)][1] for one in facts if _key(one) in _known}
    return {campaign: landscape for campaign, landscape in found.items() if landscape}


def _key(facts: Facts) -> tuple[int, str]:
    """Return under what a landscape is known: values are counted as the mode wants them."""
    return facts.campaign, str(facts.mode)


def _is_fresh(facts: Facts, at: datetime) -> bool:
    known = _known.get(_key(facts))
    return known is not None and abs(at - known[0]) < FRESH


def _read(facts: Sequence[Facts], at: datetime) -> None:
    params = {
        "campaigns": [one.campaign for one in facts], "since": at - timedelta(days=DAYS), "at": at, "most": MOST,
        "could_win": [str(each) for each in COULD_WIN], "first": (at - timedelta(days=DAYS)).date(), "last": at.date(),
    }  # fmt: skip
    auctions = defaultdict(list)
    for campaign, *auction in sql.rows(AUCTIONS, params):
        auctions[campaign].append(auction)
    for one in facts:
        _known[_key(one)] = at, landscape(one, auctions[one.campaign])


AUCTIONS = """
WITH best AS (
    SELECT DISTINCT ON (r.day, r.number, (c->>'campaign')::bigint) r.day, r.at, r.slots, r.candidates, c,
        r.weight / coalesce((c->>'share')::float8, 1) AS weight
    FROM ads_auctionrecord r CROSS JOIN LATERAL jsonb_array_elements(r.candidates) c
    WHERE r.day BETWEEN %(first)s AND %(last)s AND r.at >= %(since)s AND r.at < %(at)s
        AND (c->>'campaign')::bigint = ANY(%(campaigns)s) AND c->>'outcome' = ANY(%(could_win)s)
        AND (c->>'pctr')::float8 > 0 AND (c->>'pcvr')::float8 > 0 AND (c->>'quality')::float8 > 0
    ORDER BY r.day, r.number, (c->>'campaign')::bigint, (c->>'score')::float8 DESC
), newest AS (
    SELECT *, row_number() OVER (PARTITION BY c->>'campaign' ORDER BY at DESC) AS place FROM best
)
SELECT (c->>'campaign')::bigint, coalesce((
        SELECT (rival->>'score')::float8 FROM jsonb_array_elements(candidates) rival
        WHERE rival->>'merchant' <> c->>'merchant' AND rival->>'outcome' IN ('won', 'outranked')
        ORDER BY 1 DESC OFFSET slots - 1 LIMIT 1
    ), 0), (c->>'pctr')::float8, (c->>'pcvr')::float8, (c->>'quality')::float8, weight, day
FROM newest WHERE place <= %(most)s
"""


def landscape(facts: Facts, auctions: Sequence[Sequence]) -> Landscape | None:
    """Return the mean day of auctions (floor score, pctr, pcvr, quality, weight, day); None where they are too few.

    What an auction costs is its lowest winning price per click × the chance of a click; it is worth the chance of an
    order that counts × its value.
    """
    if len(auctions) < FEWEST:
        return None
    days = len({auction[-1] for auction in auctions})
    floor, pctr, pcvr, quality, weight = np.array([auction[:-1] for auction in auctions], dtype=float).T
    price = np.maximum(floor / (pctr * PROBABILITY * quality * CENTS * facts.rate), 0.01)
    per_day = weight / days
    value = pctr * pcvr * (facts.order_value if facts.mode == Mode.TARGET_ROI else facts.share)
    return Landscape.of(prices=price * pctr * per_day, values=value * per_day)


def forget() -> None:
    """Forget all landscapes."""
    _known.clear()
