"""Writing: sampled pages become records of their auctions, counts by campaign and hour, and known search terms."""

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import numpy as np
from django.db import transaction
from msgspec import json

from chengfeng import sql

from .. import partitions, search_terms
from ..auction import Lineup, Outcome, Traced, line_up
from ..auction.tracing import NUMBERS, OUTCOMES
from ..auction.words import normalise

if TYPE_CHECKING:
    from .recording import Sampled

KEPT = 20  # ranked ads of an auction that a record keeps, the best first
OTHERS = 40  # further campaigns of which it keeps the ad that came closest; a drawn part where there are more
CHUNK = 100  # counts written at once
LONGEST = 200  # characters of a search that is known by its words
RANKED = [NUMBERS[outcome] for outcome in (Outcome.WON, Outcome.OUTRANKED, Outcome.EXPLORED_AWAY)]


def write(pages: Sequence["Sampled"], searches: Mapping[str, datetime], *, pause: float = 0.0) -> Counter[tuple]:
    """Write the records of pages and searches that are new; return what became of the campaigns in them, for `add_up`.

    Between two pages it rests for `pause` seconds, so that decisions are not held up.
    """
    partitions.ensure_days({page.at.date() for page in pages})
    counts: Counter[tuple] = Counter()
    told: list[dict] = []
    for page in pages:
        told += records(page, counts)
        time.sleep(pause)
    with transaction.atomic():
        sql.run(RECORDS, {"rows": json.encode(told).decode()})
        sql.run(TERMS, _terms(searches))
    return counts


def add_up(counts: Mapping[tuple, float], *, pause: float = 0.0) -> None:
    """Add what became of campaigns to their hours, in one order, so that processes do not wait for each other.

    Between two chunks it rests for `pause` seconds.
    """
    rows = sorted((*key, auctions) for key, auctions in counts.items())
    for start in range(0, len(rows), CHUNK):
        columns = map(list, zip(*rows[start : start + CHUNK], strict=True))
        sql.run(HOURS, dict(zip(COLUMNS, columns, strict=True)))
        time.sleep(pause)


def records(page: "Sampled", counts: Counter[tuple]) -> Iterator[dict]:
    """Yield the record of each auction of a page, and count what became of each campaign in it."""
    found = line_up(page.index, page.page, shopper=page.shopper, at=page.at, draw=page.draw, views=page.decision.views)
    tokens = iter(page.tokens)
    for lineup, request, held in zip_longest(found, page.page, page.decision.auctions):
        ids = {winner.candidate.ad: UUID(bytes=next(tokens)).hex for winner in held.winners}
        if lineup:
            _count(lineup, page, counts)
        yield {
            "day": page.at.date().isoformat(), "number": uuid4().hex, "at": page.at.isoformat(),
            "placement": request.placement, "slots": request.slots, "term": search_terms.number(request.query),
            "category": request.category, "shopper": page.shopper.hex, "draw": page.draw,
            "versions": page.index.odds.predictor.versions, "reason": str(held.reason or ""), "weight": page.weight,
            "candidates": list(_candidates(lineup, ids)) if lineup else [],
        }  # fmt: skip


def _count(lineup: Lineup, page: "Sampled", counts: Counter[tuple]) -> None:
    """Count what came of each campaign: of its shown ad, else of the one that came closest."""
    hour = page.at.replace(minute=0, second=0, microsecond=0).isoformat()
    roster = page.index.roster
    for place in _best_of_campaigns(lineup).tolist():
        row, outcome = lineup.rows.item(place), OUTCOMES[lineup.outcomes.item(place)].value
        counts[roster.merchant[row], roster.campaign[row], hour, lineup.request.placement, outcome] += page.weight


def _best_of_campaigns(lineup: Lineup) -> np.ndarray:
    """Return the place of each campaign's first ad."""
    return np.unique(lineup.moment.roster.campaign_r[lineup.rows], return_index=True)[1]


def _candidates(lineup: Lineup, ids: Mapping[int, str]) -> Iterator[dict]:
    """Yield the best ads that were ranked, then one ad of every other campaign.

    Where these are too many, some are drawn, and their `share` says how many of so many: it makes up for the others.
    """
    ranked = np.flatnonzero(np.isin(lineup.outcomes, RANKED))[:KEPT]
    for place in ranked.tolist():
        yield _candidate(lineup.traced(place), ids)
    campaigns, best = lineup.moment.roster.campaign_r[lineup.rows], _best_of_campaigns(lineup)
    others = best[~np.isin(campaigns[best], campaigns[ranked])]
    drawn = sorted(random.sample(others.tolist(), min(OTHERS, len(others))))
    share = {"share": len(drawn) / len(others)} if len(drawn) < len(others) else {}
    for place in drawn:
        yield _candidate(lineup.traced(place), ids) | share


def _candidate(traced: Traced, ids: Mapping[int, str]) -> dict:
    """Return an ad as a record keeps it; what is not known of it is left out."""
    candidate = traced.candidate
    told = {
        "ad": candidate.ad, "group": candidate.group, "campaign": candidate.campaign, "merchant": candidate.merchant,
        "product": candidate.product, "mode": candidate.mode, "outcome": traced.outcome.value, "bid": traced.bid,
        "pctr": traced.pctr, "pcvr": traced.pcvr, "quality": traced.quality, "score": traced.score,
    }  # fmt: skip
    if traced.keyword:
        told["keyword"] = traced.keyword
    if traced.outcome == Outcome.WON:
        told |= {
            "token": ids[candidate.ad], "position": traced.position, "price": traced.price,
            "vcg_price": traced.vcg_price, "propensity": traced.propensity,
        }  # fmt: skip
    return told


def _terms(searches: Mapping[str, datetime]) -> dict[str, list]:
    texts = {normalise(text): at for text, at in sorted(searches.items())}
    texts = {text: at for text, at in sorted(texts.items()) if 0 < len(text) <= LONGEST and "\0" not in text}
    return {"numbers": [search_terms.number(text) for text in texts], "texts": list(texts), "ats": list(texts.values())}


RECORDS = """
INSERT INTO ads_auctionrecord (
    day, number, at, placement, slots, term, category, shopper, draw, versions, reason, weight, candidates
)
SELECT day, number, at, placement, slots, term, category, shopper, draw, versions, reason, weight, candidates
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
    day date, number uuid, at timestamptz, placement text, slots smallint, term bigint, category text, shopper uuid,
    draw bigint, versions jsonb, reason text, weight float8, candidates jsonb
)
"""
COLUMNS = ("merchants", "campaigns", "hours", "placements", "outcomes", "auctions")
HOURS = """
INSERT INTO ads_auctionhour AS known (merchant_id, campaign_id, hour, placement, outcome, auctions)
SELECT * FROM unnest(
    %(merchants)s::bigint[], %(campaigns)s::bigint[], %(hours)s::timestamptz[], %(placements)s::text[],
    %(outcomes)s::text[], %(auctions)s::float8[]
)
ON CONFLICT (campaign_id, hour, placement, outcome) DO UPDATE SET auctions = known.auctions + excluded.auctions
"""
TERMS = """
INSERT INTO ads_searchterm (number, text, first_at)
SELECT * FROM unnest(%(numbers)s::bigint[], %(texts)s::text[], %(ats)s::timestamptz[]) ON CONFLICT DO NOTHING
"""
