"""Rows of a log out of PostgreSQL, by COPY and as record batches: memory holds a few of them, however many come."""

import io
from collections.abc import Iterable, Iterator

import psycopg
import pyarrow as pa
from psycopg import ClientCursor
from pyarrow import csv

from .logs import BOOL, INT, TEXT, Bounds, Log

TYPES = {INT: pa.int64(), TEXT: pa.string(), BOOL: pa.bool_()}


def schema(log: Log) -> pa.Schema:
    """Return the columns of a log's files; their metadata names log and version."""
    fields = [pa.field(name, TYPES[kind]) for name, kind in log.columns.items()]
    return pa.schema(fields, metadata={"log": log.name, "schema": str(log.schema)})


def statement(query: str, bounds: Bounds, *, using: psycopg.Connection) -> str:
    """Return a log's query with its parameters in it, as COPY and engines want it."""
    return ClientCursor(using).mogrify(query, bounds.params())


def batches(log: Log, bounds: Bounds, *, using: psycopg.Connection) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a log in the order of its files."""
    wanted = schema(log)
    query = statement(log.sorted_query(), bounds, using=using)
    with using.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copied:
        blocks = Blocks(copied)
        if blocks.is_over():
            return
        yield from csv.open_csv(
            io.BufferedReader(blocks, 2**20),
            read_options=csv.ReadOptions(column_names=wanted.names, use_threads=False),
            convert_options=csv.ConvertOptions(
                column_types=wanted, null_values=[""], true_values=["t"], false_values=["f"],
                strings_can_be_null=True, quoted_strings_can_be_null=False,
            ),
            parse_options=csv.ParseOptions(newlines_in_values=True),
        )  # fmt: skip


class Blocks(io.RawIOBase):
    """What a COPY sends, as a file to read from."""

    def __init__(self, copied: Iterable[memoryview]) -> None:
        self.blocks, self.rest = iter(copied), memoryview(b"")

    def readable(self) -> bool:
        return True

    def is_over(self) -> bool:
        """Whether nothing is left to read; waits for the next block."""
        while not self.rest:
            block = next(self.blocks, None)
            if block is None:
                return True
            self.rest = memoryview(block)
        return False

    def readinto(self, buffer: memoryview) -> int:
        if self.is_over():
            return 0
        taken = min(len(buffer), len(self.rest))
        buffer[:taken], self.rest = self.rest[:taken], self.rest[taken:]
        return taken
