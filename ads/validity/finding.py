"""Finds events that look invalid only in hindsight: one query for each rule, or a second look at clicks in order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from chengfeng import sql

from ..attribution import Key
from .history import Click, History
from .reasons import Reason
from .rules import (
    DAY,
    DELAY_SPREAD,
    DELAYED_ORDERS,
    HOUR,
    LIMITS,
    OF_NETWORK,
    REGULAR_CLICKS,
    REGULAR_SPREAD,
    RESCORED,
    TOKEN_LIFE,
    UNSEEN_CLICKS,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """An event that is to be invalid, of which campaign, and why."""

    campaign: int
    key: Key
    reason: str


def find(*, at: datetime) -> Iterator[Finding]:
    """Yield valid events received in the last 72 h that no longer look valid; an event may be found more than once."""
    params = _params(at)
    for reason, statement in STATEMENTS.items():
        for campaign, day, token, kind in sql.rows(statement, params):
            yield Finding(campaign, Key(day, token, kind), reason)
    for campaign, is_own, day, token, kind in sql.rows(OF_STAFF, params):
        yield Finding(campaign, Key(day, token, kind), Reason.STAFF if is_own else Reason.COMPETITOR)
    yield from _too_many(params)


def _params(at: datetime) -> Mapping:
    since = at - RESCORED
    return {
        "since": since, "at": at, "context": since - DAY, "first_day": (since - DAY - TOKEN_LIFE).date(),
        "last_day": at.date(), "settled": at - TOKEN_LIFE, "hour": HOUR, "day": DAY, "most_hour": LIMITS[0][1],
        "most_day": LIMITS[1][1], "most_network": OF_NETWORK[1], "regular": REGULAR_CLICKS,
        "regular_spread": REGULAR_SPREAD, "delayed": DELAYED_ORDERS, "delay_spread": DELAY_SPREAD,
        "unseen": UNSEEN_CLICKS,
    }  # fmt: skip


RECENT = "e.received_at >= %(since)s AND e.received_at <= %(at)s AND e.day BETWEEN %(first_day)s AND %(last_day)s"
CLICKS = f"SELECT e.* FROM ads_event e WHERE e.kind = 'click' AND e.is_valid AND {RECENT}"

OF_STAFF = f"""
SELECT e.campaign_id, bool_or(m.merchant_id = e.merchant_id), e.day, e.token, e.kind
FROM shops_device d JOIN shops_membership m ON m.user_id = d.user_id AND m.revoked_at IS NULL
JOIN ads_event e ON e.shopper = d.shopper AND e.is_valid AND {RECENT}
GROUP BY e.campaign_id, e.day, e.token, e.kind
"""

STATEMENTS = {
    Reason.UNSEEN: f"""
        WITH clicks AS ({CLICKS}), looked AS (
            SELECT c.campaign_id, c.network, c.day, c.token, c.kind, c.received_at, s.seen, s.viewed
            FROM clicks c CROSS JOIN LATERAL (
                SELECT count(*) > 0 AS seen, coalesce(bool_or(e.kind <> 'impression'), false) AS viewed
                FROM ads_event e WHERE e.day = c.day AND e.token = c.token AND e.kind <> 'click'
            ) s
        ), crowds AS (
            SELECT campaign_id, network FROM looked WHERE network IS NOT NULL
            GROUP BY 1, 2 HAVING count(*) >= %(unseen)s AND NOT bool_or(viewed) AND max(received_at) < %(settled)s
        )
        SELECT campaign_id, day, token, kind FROM looked
        WHERE (NOT seen AND received_at < %(settled)s) OR (campaign_id, network) IN (SELECT * FROM crowds)
    """,
    Reason.REGULAR: f"""
        WITH clicks AS ({CLICKS} AND e.network IS NOT NULL), gaps AS (
            SELECT c.*, extract(epoch FROM at - lag(at) OVER (
                PARTITION BY campaign_id, network, date_bin(%(day)s, at, timestamptz 'epoch') ORDER BY at, token
            )) AS gap FROM clicks c
        ), clocks AS (
            SELECT campaign_id, network, date_bin(%(day)s, at, timestamptz 'epoch') AS bin FROM gaps
            GROUP BY 1, 2, 3
            HAVING count(*) >= %(regular)s AND avg(gap) > 0 AND stddev_pop(gap) / avg(gap) < %(regular_spread)s
        )
        SELECT campaign_id, day, token, kind FROM clicks
        WHERE (campaign_id, network, date_bin(%(day)s, at, timestamptz 'epoch')) IN (SELECT * FROM clocks)
    """,
    Reason.FLAT_DELAY: f"""
        WITH clicks AS ({CLICKS} AND e.network IS NOT NULL), sold AS (
            SELECT DISTINCT c.campaign_id, c.network, c.day, c.token, c.kind,
                extract(epoch FROM n.at - c.at) AS delay
            FROM clicks c JOIN ads_credit r ON r.token = c.token AND r.event_day = c.day AND r.reason = 'initial'
                AND r.at >= %(context)s AND r.campaign_id = c.campaign_id
            JOIN ads_conversionline l ON l.id = r.line_id JOIN ads_conversion n ON n.id = l.conversion_id
        ), flat AS (
            SELECT campaign_id, network FROM sold GROUP BY 1, 2
            HAVING count(*) >= %(delayed)s AND avg(delay) > 0 AND stddev_pop(delay) / avg(delay) < %(delay_spread)s
        )
        SELECT campaign_id, day, token, kind FROM sold WHERE (campaign_id, network) IN (SELECT * FROM flat)
    """,
}


def _too_many(params: Mapping) -> Iterator[Finding]:
    """Judge velocity anew, in the order of the clicks, where a window of time holds too many of them.

    Clicks that arrive late stand between others that were judged without them.
    """
    for statement, reason in ((OF_PERSON, Reason.VELOCITY), (OF_ONE_NETWORK, Reason.NETWORK)):
        for _, crowd in groupby(sql.rows(statement, params), key=lambda row: row[:2]):
            history = History()
            for _, campaign, day, token, shopper, ad, then, network, is_recent in crowd:
                click = Click(shopper, ad, campaign, then, network)
                if history.judge_velocity(click) == reason and is_recent:
                    yield Finding(campaign, Key(day, token, "click"), reason)
                else:
                    history.add(click)


CROWD = """
WITH clicks AS (
    SELECT * FROM ads_event e WHERE e.kind = 'click' AND e.is_valid AND e.{who} IS NOT NULL
        AND e.received_at >= %(context)s AND e.received_at <= %(at)s AND e.day BETWEEN %(first_day)s AND %(last_day)s
), crowded AS (
    SELECT DISTINCT {who}, campaign_id FROM (SELECT {who}, campaign_id, {counts} FROM clicks) c WHERE {crowded}
)
SELECT {who}, campaign_id, day, token, shopper, ad_id, at, network, received_at >= %(since)s
FROM clicks JOIN crowded USING ({who}, campaign_id) ORDER BY {who}, campaign_id, at, token
"""
WINDOW = "count(*) OVER (PARTITION BY {} , campaign_id ORDER BY at RANGE BETWEEN {} PRECEDING AND CURRENT ROW) AS {}"
OF_PERSON = CROWD.format(
    who="shopper",
    counts=f"{WINDOW.format('shopper', '%(hour)s', 'an_hour')}, {WINDOW.format('shopper', '%(day)s', 'a_day')}",
    crowded="an_hour > %(most_hour)s OR a_day > %(most_day)s",
)
OF_ONE_NETWORK = CROWD.format(
    who="network", counts=WINDOW.format("network", "%(hour)s", "an_hour"), crowded="an_hour > %(most_network)s"
)
