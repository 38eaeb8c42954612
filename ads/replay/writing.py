"""Writing: sampled pages become records of their auctions, counts by campaign and hour, and known search terms."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import transaction

from chengfeng import sql

from .. import partitions, search_terms
from ..auction import Outcome, Traced, trace
from ..auction.words import normalise

if TYPE_CHECKING:
    from .recording import Sampled

KEPT = 20  # candidates of an auction that a record keeps, the best first
LONGEST = 200  # characters of a search that is known by its words


def write(pages: Sequence["Sampled"], searches: Mapping[str, datetime]) -> None:
    """Write the records of pages, add up what became of the campaigns in them, and note searches that are new."""
    partitions.ensure_days({page.at.date() for page in pages})
    counts: dict[tuple, float] = defaultdict(float)
    records = [record for page in pages for record in _records(page, counts)]
    rows = sorted((*key, auctions) for key, auctions in counts.items())
    with transaction.atomic():
        sql.run(RECORDS, {"rows": json.dumps(records)})
        if rows:
            sql.run(HOURS, dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True)))
        sql.run(TERMS, _terms(searches))


def _records(page: "Sampled", counts: dict[tuple, float]) -> Iterator[dict]:
    """Yield the record of each auction of a page, and count what became of each campaign in it."""
    found = trace(page.index, page.page, shopper=page.shopper, at=page.at, draw=page.draw, views=page.decision.views)
    of_auction = defaultdict(list)
    for traced in found:
        of_auction[traced.auction].append(traced)
    tokens = iter(page.tokens)
    for number, (request, held) in enumerate(zip(page.page, page.decision.auctions, strict=True)):
        took_part = sorted(of_auction[number], key=lambda traced: (traced.position or 1_000, -traced.score))
        ids = {winner.candidate.ad: UUID(bytes=next(tokens)).hex for winner in held.winners}
        for campaign, traced in _best_of_campaigns(took_part).items():
            hour = page.at.replace(minute=0, second=0, microsecond=0)
            counts[traced.candidate.merchant, campaign, hour, request.placement, str(traced.outcome)] += page.weight
        yield {
            "day": page.at.date().isoformat(), "number": uuid4().hex, "at": page.at.isoformat(),
            "placement": request.placement, "slots": request.slots, "term": search_terms.number(request.query),
            "category": request.category, "shopper": page.shopper.hex, "draw": page.draw,
            "versions": page.index.odds.predictor.versions, "reason": str(held.reason or ""), "weight": page.weight,
            "candidates": [_candidate(traced, ids) for traced in took_part[:KEPT]],
        }  # fmt: skip


def _best_of_campaigns(took_part: Iterable[Traced]) -> dict[int, Traced]:
    """Return what came of each campaign: its shown ad, else the one that came closest."""
    best: dict[int, Traced] = {}
    for traced in took_part:
        rival = best.get(traced.candidate.campaign)
        if rival is None or (rival.outcome != Outcome.WON and traced.outcome == Outcome.WON):
            best[traced.candidate.campaign] = traced
    return best


def _candidate(traced: Traced, ids: Mapping[int, str]) -> dict:
    candidate = traced.candidate
    plain = ("bid", "pctr", "pcvr", "quality", "score", "price", "vcg_price", "position", "keyword", "propensity")
    return {
        "ad": candidate.ad, "group": candidate.group, "campaign": candidate.campaign, "merchant": candidate.merchant,
        "product": candidate.product, "mode": candidate.mode, "outcome": str(traced.outcome),
        "token": ids.get(candidate.ad) if traced.outcome == Outcome.WON else None,
    } | {name: getattr(traced, name) for name in plain}  # fmt: skip


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
