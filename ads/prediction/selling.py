"""Sums up what clicks on ads led to over the last weeks, by product."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from chengfeng import sql

from ..attribution import DEFAULT
from .delays import pending
from .examples import WINDOW, Catalogue
from .sold import Sold

MEMORY = timedelta(days=28)
RIPE = timedelta(days=14), timedelta(days=60)  # how old sales are whose refunds have come
DAY = 86_400


def read_sold(catalogue: Catalogue, *, at: datetime, rate: float) -> Sold:
    """Read the sums as of `at`; `rate` is how fast purchases come after clicks, per second."""
    params = {
        "rule": DEFAULT.name, "at": at, "since": (at - RIPE[1]).date(), "recent": (at - MEMORY).date(),
        "ripe": (at - RIPE[0]).date(),
    }  # fmt: skip
    purchases = _by_ad(catalogue, sql.rows(CREDITS, params), 4)
    shown, price = catalogue.shown, catalogue.prices
    with np.errstate(divide="ignore", invalid="ignore"):
        sums = [np.where(price > 0, amounts / price, 0.0) for amounts in purchases[1:]]
    known = np.where(price > 0, purchases[0], 0.0)
    products, first, product = np.unique(shown.product, return_index=True, return_inverse=True)
    columns = (_clicks(catalogue, params, at, rate), known, *sums)
    by_product = [np.bincount(product, column, len(products)) for column in columns]
    return Sold(products, shown.category[first], shown.merchant[first], *by_product)


def _clicks(catalogue: Catalogue, params: dict, at: datetime, rate: float) -> np.ndarray:
    """Return the clicks by ad, each as far as its purchase has had the time to come."""
    rows = sql.rows(CLICKS, params)
    waited = np.array([at.timestamp() - DAY / 2 - _start(day) for _, day, _ in rows])
    come = 1 - pending(np.maximum(waited, 0), rate, WINDOW.total_seconds())
    counted = [(ad, clicks * share) for (ad, _, clicks), share in zip(rows, come.tolist(), strict=True)]
    return _by_ad(catalogue, counted, 1)[0]


def _start(day) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


def _by_ad(catalogue: Catalogue, rows: Sequence[tuple], columns: int) -> np.ndarray:
    """Return columns of sums in the order of the catalogue, from rows that begin with an ad."""
    table = np.array(rows, dtype=np.float64).reshape(-1, columns + 1)
    places = catalogue.places(table[:, 0].astype(np.int64))
    size = len(catalogue.shown)
    return np.stack([np.bincount(places, table[:, 1 + column], size) for column in range(columns)])


CLICKS = "SELECT ad_id, day, clicks FROM ads_adday WHERE day > %(recent)s AND day <= %(at)s::date AND clicks > 0"
CREDITS = """
WITH touched AS (
    SELECT ad_id, event_day, token, sum(amount) FILTER (WHERE reason = 'initial') AS paid, sum(amount) AS settled
    FROM ads_credit
    WHERE rule = %(rule)s AND touch = 'click' AND event_day > %(since)s AND at < %(at)s
    GROUP BY ad_id, event_day, token HAVING NOT bool_or(reason = 'invalid')
)
SELECT ad_id, count(*) FILTER (WHERE event_day > %(recent)s),
    coalesce(sum(paid) FILTER (WHERE event_day > %(recent)s), 0)::float8,
    coalesce(sum(paid) FILTER (WHERE event_day <= %(ripe)s), 0)::float8,
    coalesce(sum(settled) FILTER (WHERE event_day <= %(ripe)s), 0)::float8
FROM touched GROUP BY ad_id
"""
