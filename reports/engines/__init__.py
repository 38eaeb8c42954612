"""Engines: one way to ask history for sums, whether DuckDB, Spark or PostgreSQL reckons.

>>> with opened(merchants=[shop.pk], since=first, until=last, as_of=now) as engine:
...     events = engine.table("events")
...     table = engine.run(events.group_by("campaign").agg(clicks=events.count()))
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from .engine import Engine

ENGINES = {
    "duckdb": "reports.engines.duckdb.DuckDB",
    "spark": "reports.engines.spark.Spark",
    "postgres": "reports.engines.postgres.PostgreSQL",
}


class Interrupted(Exception):
    """The engine was told to stop while it reckoned."""


@contextmanager
def opened(
    *,
    merchants: Sequence[int] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    as_of: datetime | None = None,
    name: str | None = None,
) -> Iterator["Engine"]:
    """Open an engine on the rows of some merchants (None: all), recorded from `since` until before `until`.

    Nothing recorded after `as_of` is known. `name` is one of `ENGINES`, else the one of the settings. Transactions that
    are open now may yet record rows of the last seconds; what must be the same for ever asks as of a little earlier.
    """
    from reports.history.logs import Bounds

    bounds = Bounds(since=since, until=until, merchants=None if merchants is None else tuple(merchants))
    engine = import_string(ENGINES[name or settings.REPORTS_ENGINE])(bounds, as_of)
    try:
        yield engine
    finally:
        engine.close()
