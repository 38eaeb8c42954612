"""PostgreSQL: the same expressions as SQL over the rows themselves, for little data and as a check on the others."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import ibis
import pyarrow as pa
from django.db import connection
from psycopg.errors import QueryCanceled

from reports.history import copying
from reports.history.logs import Bounds, Log

from . import Interrupted
from .compiling import compiled, one_row
from .engine import BATCH, Engine, named


class PostgreSQL(Engine):
    """The logs are the first queries of a statement.

    It runs on a connection of its own; inside a transaction on that of the transaction, for it sees what that wrote.
    """

    def __init__(self, bounds: Bounds, as_of: datetime | None) -> None:
        super().__init__(bounds, as_of)
        self.own = None if connection.in_atomic_block else connection.copy()
        used = self.own or connection
        used.ensure_connection()
        self.raw, self.queries = used.connection, {}

    def run(self, expression: ibis.Table) -> pa.Table:
        return pa.Table.from_batches(self.batches(expression), expression.schema().to_pyarrow())

    def batches(self, expression: ibis.Table, rows: int = BATCH) -> Iterator[pa.RecordBatch]:
        schema = expression.schema().to_pyarrow()
        try:
            with self.raw.transaction(), self.raw.cursor(name="engine") as cursor:
                self.raw.execute("SET LOCAL statement_timeout = 0")
                cursor.execute(self._statement(expression))
                while found := cursor.fetchmany(rows):
                    yield _batch(found, schema)
        except QueryCanceled as stopped:
            raise Interrupted from stopped

    def cancel(self) -> None:
        self.raw.cancel_safe()

    def close(self) -> None:
        if self.own:
            self.own.close()

    def _give(self, name: str, values: Mapping[str, int | str]) -> None:
        self.queries[name] = one_row(values, "postgres")

    def _table(self, log: Log, bounds: Bounds, name: str) -> ibis.Table:
        self.queries[name] = copying.statement(log.query(), bounds, using=self.raw)
        return named(log, name)

    def _statement(self, expression: ibis.Table) -> str:
        """Return the statement of an expression, led by the queries of what it names."""
        told = compiled(expression, "postgres")
        led = ", ".join(f'"{name}" AS ({query})' for name, query in self.queries.items() if f'"{name}"' in told)
        return f"WITH {led}, {told[5:]}" if told.startswith("WITH ") else f"WITH {led} {told}"


def _batch(rows: list[tuple], schema: pa.Schema) -> pa.RecordBatch:
    """Return rows as a batch; sums of whole numbers come as decimals."""
    columns = [
        pa.array([None if value is None else _reader(field.type)(value) for value in column], field.type)
        for field, column in zip(schema, zip(*rows, strict=True), strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _reader(kind: pa.DataType) -> Callable[[Any], Any]:
    if pa.types.is_integer(kind):
        return int
    return float if pa.types.is_floating(kind) else _same


def _same(value: Any) -> Any:
    return value
