"""Examples to learn from: valid impressions, clicked or not, and valid clicks, leading to a purchase or not yet."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import connection

from chengfeng import sql

from ..attribution import DEFAULT
from ..validity import TOKEN_LIFE
from .facts import PLACEMENTS, brand_number
from .features import (
    MATCHES,
    Shown,
    ad_slots,
    bucket,
    context_slots,
    placed_slots,
    position_slots,
)

CLICK_WAIT = timedelta(hours=1)  # an impression that was not clicked by then is learnt as one that never will be
WINDOW = DEFAULT.window  # a purchase later than that is not credited to its click


@dataclass(frozen=True)
class Examples:
    """Rows in the order of `received` (seconds): who was shown where, what came of it, and how final that is.

    `hit` is 1 for a click (a purchase), else 0. `pending` is the share of such hits that would still be to come: the
    example may yet turn into one. `waited` and `delay` are seconds from a click until now, and to its purchase (-1).
    """

    received: np.ndarray
    campaign: np.ndarray
    shown: Shown
    placement: np.ndarray
    position: np.ndarray
    hour: np.ndarray
    match: np.ndarray
    hit: np.ndarray
    pending: np.ndarray
    viewed: np.ndarray
    waited: np.ndarray
    delay: np.ndarray

    def __len__(self) -> int:
        return len(self.received)

    def slots(self) -> np.ndarray:
        """Return the slots of every example, one row each."""
        ads = [ad_slots(self.shown), placed_slots(self.shown, self.placement)]
        request = [context_slots(self.placement, self.hour, self.match), position_slots(self.placement, self.position)]
        return np.concatenate(ads + request, axis=1)

    def part(self, chosen) -> "Examples":
        """Return the chosen rows, by a slice or a mask."""
        columns = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "shown"}
        return Examples(shown=pick(self.shown, chosen), **{name: column[chosen] for name, column in columns.items()})


def pick(shown: Shown, chosen) -> Shown:
    """Return the chosen rows of ads, by a slice, a mask or places."""
    return Shown(**{each.name: getattr(shown, each.name)[chosen] for each in fields(Shown)})


class Catalogue:
    """What every ad shows, by its id."""

    def __init__(self, shown: Shown, prices: np.ndarray):
        self.shown, self.prices = shown, prices

    @classmethod
    def read(cls) -> "Catalogue":
        """Read all ads, with category, brand and lowest price of their products."""
        found = sql.rows(ADS)
        columns = list(zip(*found, strict=True)) if found else [()] * 7
        ad, product, category, brand, merchant, price, note = columns
        prices = np.array(price, dtype=np.float64)
        shown = Shown(
            ad=_ids(ad), product=_ids(product), category=_ids(category), brand=_ids(map(brand_number, brand)),
            merchant=_ids(merchant), bucket=bucket(prices), note=_ids(note),
        )  # fmt: skip
        return cls(shown, prices)

    def places(self, ads: np.ndarray) -> np.ndarray:
        """Return where ads stand, all of which must be here."""
        return np.searchsorted(self.shown.ad, ads)


def _ids(values) -> np.ndarray:
    return np.fromiter(values, np.int64)


ADS = """
SELECT ad.id, ad.product_id, coalesce(product.category_id, -1), product.brand, ad.merchant_id,
    coalesce(shelf.price, 0)::float8, coalesce(ad.note_id, -1)
FROM ads_ad ad
JOIN shops_product product ON product.id = ad.product_id
LEFT JOIN LATERAL (
    SELECT min(price) AS price FROM shops_variant WHERE product_id = product.id AND is_active
) shelf ON true
ORDER BY ad.id
"""


def impressions(catalogue: Catalogue, since: datetime, until: datetime) -> Examples:
    """Read the valid impressions received in [since, until), with the valid clicks and views that followed in time."""
    return _examples(catalogue, _copied(IMPRESSIONS, since, until), is_final=True)


def clicks(catalogue: Catalogue, since: datetime, until: datetime, now: datetime) -> Examples:
    """Read the valid clicks received in [since, until), with the first purchase before `now` that each is credited."""
    return _examples(catalogue, _copied(CLICKS, since, until, now=now), is_final=False)


def _examples(catalogue: Catalogue, table: np.ndarray, *, is_final: bool) -> Examples:
    table = table[np.isin(table[:, 2], catalogue.shown.ad)]
    received, campaign, ad, placement, position, hour, match, hit, viewed, waited, delay = table.T
    return Examples(
        received=received, campaign=campaign, shown=pick(catalogue.shown, catalogue.places(ad)), placement=placement,
        position=position, hour=hour, match=match, hit=hit.astype(np.float64), viewed=viewed,
        pending=np.zeros(len(hit)), waited=waited, delay=delay,
    )  # fmt: skip


def _copied(statement: str, since: datetime, until: datetime, **more) -> np.ndarray:
    """Return the rows of a statement of eleven columns of whole numbers, without an object for any of them."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({statement}) TO STDOUT", _params(since, until, **more)) as copied,
    ):
        text = b"".join(bytes(data) for data in copied)
    return np.fromstring(text.decode(), dtype=np.int64, sep=" ").reshape(-1, 11)


def _params(since: datetime, until: datetime, now: datetime | None = None) -> dict:
    return {
        "since": since, "until": until, "now": now or until, "first_day": (since - TOKEN_LIFE).date(),
        "last_day": until.date(), "zone": settings.PLATFORM_TIME_ZONE, "places": list(PLACEMENTS),
        "matches": list(MATCHES), "wait": CLICK_WAIT, "window": WINDOW, "rule": DEFAULT.name,
    }  # fmt: skip


COLUMNS = """
    floor(extract(epoch FROM e.received_at))::bigint, e.campaign_id, e.ad_id,
    array_position(%(places)s::text[], e.placement::text) - 1, e.position,
    extract(hour FROM e.decided_at AT TIME ZONE %(zone)s)::int,
    array_position(%(matches)s::text[],
        CASE WHEN k.match IS NOT NULL THEN k.match WHEN e.placement = 'search' THEN 'topic' ELSE 'none' END::text) - 1
"""
RECEIVED = """
    e.is_valid AND e.received_at >= %(since)s AND e.received_at < %(until)s
    AND e.day BETWEEN %(first_day)s AND %(last_day)s
ORDER BY e.received_at, e.token
"""
IMPRESSIONS = f"""
SELECT {COLUMNS}, (c.token IS NOT NULL)::int, (v.token IS NOT NULL)::int, 0, -1
FROM ads_event e
LEFT JOIN ads_keyword k ON k.id = e.keyword_id
LEFT JOIN ads_event c ON c.day = e.day AND c.token = e.token AND c.kind = 'click' AND c.is_valid
    AND c.day BETWEEN %(first_day)s AND %(last_day)s AND c.received_at < e.received_at + %(wait)s
LEFT JOIN ads_event v ON v.day = e.day AND v.token = e.token AND v.kind = 'viewable' AND v.is_valid
    AND v.day BETWEEN %(first_day)s AND %(last_day)s AND v.received_at < e.received_at + %(wait)s
WHERE e.kind = 'impression' AND {RECEIVED}
"""
CLICKS = f"""
SELECT {COLUMNS}, (s.at IS NOT NULL)::int, 0, greatest(extract(epoch FROM %(now)s - e.at), 0)::bigint,
    CASE WHEN s.at IS NULL THEN -1 ELSE greatest(extract(epoch FROM s.at - e.at), 0)::bigint END
FROM ads_event e
LEFT JOIN ads_keyword k ON k.id = e.keyword_id
LEFT JOIN (
    SELECT event_day, token, min(at) AS at FROM ads_credit
    WHERE rule = %(rule)s AND reason = 'initial' AND touch = 'click' AND at >= %(since)s - interval '2 days'
        AND at < %(now)s AND event_day BETWEEN %(first_day)s AND %(last_day)s
    GROUP BY event_day, token
) s ON s.event_day = e.day AND s.token = e.token
WHERE e.kind = 'click' AND {RECEIVED}
"""
