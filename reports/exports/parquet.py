"""Parquet files of rows; loaded only where one is written, for Arrow takes its time to load."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection

BATCH = 20_000
TYPES = {
    16: pa.bool_(), 20: pa.int64(), 21: pa.int64(), 23: pa.int64(), 1700: pa.decimal128(24, 4), 1082: pa.date32(),
    1114: pa.timestamp("us"),
}  # fmt: skip  # by what PostgreSQL calls them; anything else is text


def query_file(
    path: Path, query: str, params: Mapping[str, Any], *, names: list[str], told: Callable[[int], None]
) -> int:
    """Write a query's rows; return how many there were."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, params)
        first = cursor.fetchmany(BATCH)
        types = [TYPES.get(column.type_code, pa.string()) for column in cursor.description]
        schema = pa.schema(list(zip(names, types, strict=True)))
        return _write(path, schema, _batches(cursor, first, schema), told)


def batch_file(path: Path, batches: Iterable[pa.RecordBatch], *, names: list[str], told: Callable[[int], None]) -> int:
    """Write batches as they are; return how many rows there were."""
    waiting = iter(batches)
    first = next(waiting, None)
    if first is None:
        return _write(path, pa.schema([(name, pa.null()) for name in names]), [], told)

    def all_of_them() -> Iterable[pa.RecordBatch]:
        yield first.select(names)
        for batch in waiting:
            yield batch.select(names)

    return _write(path, first.select(names).schema, all_of_them(), told)


def _write(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch], told: Callable[[int], None]) -> int:
    rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        for batch in batches:
            file.write_batch(batch)
            rows += batch.num_rows
            told(rows)
    return rows


def _batches(cursor, first: list[tuple], schema: pa.Schema) -> Iterable[pa.RecordBatch]:
    rows = first
    while rows:
        arrays = [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), schema, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)
        rows = cursor.fetchmany(BATCH)
