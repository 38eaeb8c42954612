"""What must hold at any committed instant: each invariant is one query that returns the rows breaking it."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from chengfeng import sql

from . import ads, books, cases, closed_days, orders, prices, promotions, settlement, stock, tenants, trail, vouchers
from .shape import Invariant

ALL: list[Invariant] = sorted(
    [
        *stock.ALL,
        *prices.ALL,
        *promotions.ALL,
        *orders.ALL,
        *cases.ALL,
        *books.ALL,
        *settlement.ALL,
        *ads.ALL,
        *closed_days.ALL,
        *tenants.ALL,
        *trail.ALL,
        *vouchers.ALL,
    ],
    key=lambda invariant: invariant.id,
)
SHOWN = 20  # rows of one violation that are fetched


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant found broken, with the names and values of at most `SHOWN` of its rows."""

    invariant: Invariant
    columns: list[str]
    rows: list[tuple]


def check(only: Collection[str] = ()) -> list[Violation]:
    """Return the violations among all invariants, or among those named."""
    chosen = [invariant for invariant in ALL if not only or invariant.id in only]
    return [violation for invariant in chosen if (violation := _look(invariant))]


def _look(invariant: Invariant) -> Violation | None:
    with connection.cursor() as cursor:
        cursor.execute(invariant.sql, invariant.params())
        rows = cursor.fetchmany(SHOWN)
        return Violation(invariant, [column.name for column in cursor.description], rows) if rows else None


@contextmanager
def snapshot() -> Iterator[None]:
    """See one committed instant of the database, read-only, for as long as the block takes."""
    with transaction.atomic(durable=True):
        sql.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        sql.run("SET LOCAL statement_timeout = 0")
        yield
