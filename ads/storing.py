"""Writes events by one statement whose parameters are binary arrays, made of whole columns at once."""

from datetime import datetime
from functools import cache

import numpy as np

from . import arrays
from .arrays import BIGINT, BOOLEAN, REAL, SMALLINT, UUID, Array
from .sightings import KINDS, Sheet
from .tokens import PLACEMENTS, PRICINGS
from .validity import Reason

REASONS = ("", *Reason.values)
PLACES = {reason: place for place, reason in enumerate(REASONS)}


COLUMNS = {  # of a record, as the statement names them
    "token": UUID, "shopper": UUID, "ad": BIGINT, "campaign": BIGINT, "merchant": BIGINT, "product": BIGINT,
    "group": BIGINT, "keyword": BIGINT, "term": BIGINT, "bid": BIGINT, "price": BIGINT, "pctr": REAL, "pcvr": REAL,
    "decided": BIGINT, "placement": SMALLINT, "position": SMALLINT, "pricing": SMALLINT, "is_explored": BOOLEAN,
}  # fmt: skip


def insert(sheet: Sheet, *, received_at: datetime, network: bytes | None, free: frozenset[str]) -> set[int]:
    """Insert the rows of a sheet; return the numbers of those that were there before.

    Valid are rows without a reason, and with one of `free`. Rows are written in the order of their key, so that two
    batches never wait for each other in a circle.
    """
    if not len(sheet):
        return set()
    params = {name: Array(sheet.records[name], kind) for name, kind in COLUMNS.items()}
    params |= {
        "kind": Array(sheet.kinds, SMALLINT),
        "at": Array(sheet.ats, BIGINT),
        "reason": Array(np.array([PLACES[reason] for reason in sheet.reasons], np.int16), SMALLINT),
        "is_valid": Array(np.array([not reason or reason in free for reason in sheet.reasons]), BOOLEAN),
        "received_at": received_at,
        "network": network,
    }
    return {number - 1 for (number,) in arrays.rows(statement(), params)}


@cache
def statement() -> str:
    """Return the insert: words are picked by their numbers, amounts and times made of whole numbers."""
    words = {
        name: f"('{{{','.join(w or chr(34) * 2 for w in of)}}}'::text[])"
        for name, of in (("kind", KINDS), ("placement", PLACEMENTS), ("pricing", PRICINGS), ("reason", REASONS))
    }
    return INSERT.format(**{f"{name}s": text for name, text in words.items()})


INSERT = """
WITH seen AS (
    SELECT n, (timestamptz 'epoch' + decided * interval '1 microsecond') AS decided_at,
        (timestamptz 'epoch' + at * interval '1 microsecond') AS at, token, {kinds}[kind + 1] AS kind, merchant,
        campaign, nullif(grp, 0) AS grp, ad, product, nullif(keyword, 0) AS keyword, nullif(term, 0) AS term,
        {placements}[placement + 1] AS placement, position, shopper, {pricings}[pricing + 1] AS pricing,
        bid * 0.0001 AS bid, price * 0.0001 AS price, pctr, pcvr, is_explored, is_valid, {reasons}[reason + 1] AS reason
    FROM unnest(
        %(token)s, %(shopper)s, %(ad)s, %(campaign)s, %(merchant)s, %(product)s, %(group)s, %(keyword)s, %(term)s,
        %(bid)s, %(price)s, %(pctr)s, %(pcvr)s, %(decided)s, %(placement)s, %(position)s, %(pricing)s, %(is_explored)s,
        %(kind)s, %(at)s, %(reason)s, %(is_valid)s
    ) WITH ORDINALITY AS w (
        token, shopper, ad, campaign, merchant, product, grp, keyword, term, bid, price, pctr, pcvr, decided, placement,
        position, pricing, is_explored, kind, at, reason, is_valid, n
    )
), fresh AS (
    INSERT INTO ads_event (
        day, token, kind, merchant_id, campaign_id, group_id, ad_id, product_id, keyword_id, term, placement, position,
        shopper, pricing, bid, price, pctr, pcvr, is_explored, decided_at, at, is_valid, reason, received_at, network
    )
    SELECT (decided_at AT TIME ZONE 'UTC')::date, token, kind, merchant, campaign, grp, ad, product, keyword, term,
        placement, position, shopper, pricing, bid, price, pctr, pcvr, is_explored, decided_at, at, is_valid, reason,
        %(received_at)s::timestamptz, %(network)s::bytea
    FROM seen ORDER BY 1, token, kind
    ON CONFLICT DO NOTHING RETURNING token, kind
)
SELECT n FROM seen LEFT JOIN fresh USING (token, kind) WHERE fresh.token IS NULL
"""
