"""Whole columns as parameters of a statement: NumPy arrays handed to PostgreSQL in its binary form."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db import connection
from psycopg.adapt import Dumper
from psycopg.pq import Format


class Array:
    """A column as PostgreSQL takes an array in binary: the type of its members, and their bytes."""

    def __init__(self, values: np.ndarray, kind: "Kind"):
        self.oid, self.values = kind.array, values
        members = np.empty(len(values), [("length", ">i4"), ("value", kind.dtype)])
        members["length"], members["value"] = np.dtype(kind.dtype).itemsize, values
        head = np.array([1, 0, kind.member, len(values), 1], ">i4")  # dimensions, no nulls, type, length, lower bound
        self.payload = head.tobytes() + members.tobytes()


class Kind:
    """A type of PostgreSQL: its number, that of its array, and its members' bytes."""

    def __init__(self, member: int, array: int, dtype: str):
        self.member, self.array, self.dtype = member, array, dtype


UUID, BIGINT, SMALLINT, REAL, BOOLEAN = (
    Kind(2950, 2951, "V16"), Kind(20, 1016, ">i8"), Kind(21, 1005, ">i2"), Kind(700, 1021, ">f4"), Kind(16, 1000, "?"),
)  # fmt: skip


class _ArrayDumper(Dumper):
    """Its type goes with the column, not with the class."""

    def get_key(self, obj, format):  # noqa: A002 – psycopg's name for it
        return (self.cls, obj.oid)

    def upgrade(self, obj, format):  # noqa: A002 – psycopg's name for it
        dumper = type(self)(self.cls, self.connection)
        dumper.oid = obj.oid
        return dumper


class BinaryDumper(_ArrayDumper):
    """Hands an `Array` to psycopg as it is."""

    format = Format.BINARY

    def dump(self, obj):
        return obj.payload


class TextDumper(_ArrayDumper):
    """Writes an `Array` out, for whoever reads the statement in a log."""

    format = Format.TEXT

    def dump(self, obj):
        return f"{{{','.join(map(_written, obj.values.tolist()))}}}".encode()


def _written(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def rows(statement: str, params: Mapping[str, Any]) -> list[tuple]:
    """Run a statement, some of whose parameters are `Array`s; return its rows."""
    with connection.cursor() as cursor:
        for dumper in (TextDumper, BinaryDumper):
            for known in (cursor.connection.adapters, cursor.adapters):
                known.register_dumper(Array, dumper)
        cursor.execute(statement, params)
        return cursor.fetchall()
