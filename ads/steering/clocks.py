"""The time by which budgets are spread: not hours but traffic, as it came over the hours of past days."""

from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings

from chengfeng import sql

HOURS = 24
DAYS = 7
PRIOR = 200  # clicks that are imagined, evenly over the day
EVEN = np.full(HOURS, 1 / HOURS)


@cache
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def profile(*, at: datetime) -> np.ndarray:
    """Return the part of a day's traffic by hour of the platform's clock, from the auctions of the last days."""
    params = {"at": at, "since": at - timedelta(days=DAYS), "zone": settings.PLATFORM_TIME_ZONE}
    counts = np.full(HOURS, PRIOR / HOURS)
    for hour, number in sql.rows(TRAFFIC, params):
        counts[hour] += number
    return counts / counts.sum()


TRAFFIC = """
SELECT extract(hour FROM hour AT TIME ZONE %(zone)s)::int, sum(auctions)
FROM ads_auctionhour WHERE hour >= %(since)s AND hour < date_trunc('hour', %(at)s::timestamptz) GROUP BY 1
"""


def passed(profile: np.ndarray, hours: str, local: datetime) -> float:
    """Return which part of a campaign's day has passed: of the traffic in its open hours; `hours` is its week.

    `profile` is by the platform's clock. A day without an open hour is over.
    """
    platform = local.astimezone(zone(settings.PLATFORM_TIME_ZONE))
    shifted = np.roll(profile, local.hour - platform.hour)
    week_day = local.weekday() * HOURS
    is_open = np.frombuffer(hours[week_day : week_day + HOURS].encode(), dtype=np.uint8) == ord("1")
    traffic = shifted * is_open
    total = traffic.sum()
    if not total:
        return 1.0
    this_hour = (local.minute * 60 + local.second) / 3600
    return float(min((traffic[: local.hour].sum() + traffic[local.hour] * this_hour) / total, 1.0))
