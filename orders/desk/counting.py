"""Counting that stops when nobody would read on: many capped counts in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from chengfeng import sql
from chengfeng.templatetags.frame import count

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Tally:
    """A number of rows, or that there are more than anybody counts."""

    number: int
    is_more: bool = False

    def __str__(self) -> str:
        return f"{count(self.number)}+" if self.is_more else count(self.number)

    def __bool__(self) -> bool:
        return self.number > 0


def capped(queries: Mapping[str, QuerySet], *, most: int = MOST) -> dict[str, Tally]:
    """Return how many rows each query has, up to `most`, by one statement."""
    parts, params = zip(*(_part(query, most) for query in queries.values()), strict=True)
    numbers = sql.row(f"SELECT {', '.join(parts)}", [value for values in params for value in values])
    return {name: Tally(min(n, most), n > most) for name, n in zip(queries, numbers, strict=True)}


def _part(query: QuerySet, most: int) -> tuple[str, tuple]:
    try:
        counted, params = query.order_by().values("pk")[: most + 1].query.sql_with_params()
    except EmptyResultSet:
        return "0", ()
    return f"(SELECT count(*) FROM ({counted}) counted)", params
