"""What the engine says of rows, and the least rows of which it says something else than the oracle."""

from collections.abc import Callable

import ibis
import pyarrow as pa

from ads.attribution import relations
from ads.attribution.rules import Rule

from .histories import ROWS, Rows
from .oracle import Entry, entries

TYPES = {
    "token": pa.string(), "kind": pa.string(), "placement": pa.string(), "shopper": pa.string(),
    "person": pa.string(), "reason": pa.string(), "evidence": pa.string(), "brand": pa.string(),
    "orders": pa.string(), "currency": pa.string(), "region": pa.string(), "is_valid": pa.bool_(),
    "is_new": pa.bool_(), "is_new_to_brand": pa.bool_(),
}  # fmt: skip
COLUMNS = ["line", "step", "token", "kind", "amount"]


def arrow(rows: Rows, name: str) -> pa.Table:
    schema = pa.schema([(column, TYPES.get(column, pa.int64())) for column in ROWS[name]._fields])
    columns = list(zip(*getattr(rows, name), strict=True)) or [()] * len(schema)
    return pa.table([pa.array(each, kind) for each, kind in zip(columns, schema.types, strict=True)], schema=schema)


def asked(table: Callable[[str], ibis.Table], rule: Rule) -> ibis.Table:
    """Return the question that is put to an engine, given its tables by name."""
    touches = relations.resolve(*(table(name) for name in ("events", "judgements", "links", "goods")))
    sold = relations.sales(*(table(name) for name in ("lines", "paid", "settled", "refunds", "links")), rule.state)
    return relations.credits(touches, sold, rule).select(COLUMNS)


def told(answer: pa.Table) -> set[Entry]:
    """Return what an engine answered; a change of nothing is none."""
    found = list(zip(*(answer[name].to_pylist() for name in COLUMNS), strict=True))
    assert len(set(found)) == len(found)
    return {entry for entry in found if entry[4] or not entry[1]}


class DuckDB:
    """An engine in this process that is asked about rows in memory."""

    def __init__(self) -> None:
        self.connection = ibis.duckdb.connect()

    def says(self, rows: Rows, rule: Rule) -> set[Entry]:
        for name in ROWS:
            self.connection.con.register(name, arrow(rows, name))
        return told(self.connection.to_pyarrow(asked(self.connection.table, rule)))


def shrunken(rows: Rows, rule: Rule, says: Callable[[Rows, Rule], set[Entry]]) -> Rows:
    """Return rows without any that the difference does not need."""
    for row in list(rows.every()):
        fewer = rows.without(row)
        if says(fewer, rule) != entries(fewer, rule):
            rows = fewer
    return rows
