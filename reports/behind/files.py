"""The rows behind a number as a file: what has a code has its name beside it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from chengfeng import sheets

from ..measuring.columns import NAME
from ..measuring.dimensions import DIMENSIONS, Type
from ..measuring.naming import Named
from .asking import Asked
from .columns import Column, columns_of


def csv(wanted: Asked, rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield rows as CSV, with a heading of their names."""
    columns = columns_of(wanted.sum)
    names = [name for column in columns for name in _names(column)]
    return sheets.csv_of((_flat(columns, row) for row in rows), headings=names)


def _names(column: Column) -> list[str]:
    return [column.name, column.name + NAME] if _has_name(column) else [column.name]


def _has_name(column: Column) -> bool:
    return bool(column.dimension) and DIMENSIONS[column.dimension].type == Type.CODE


def _flat(columns: Sequence[Column], row: Sequence[Any]) -> list[Any]:
    told: list[Any] = []
    for column, value in zip(columns, row, strict=True):
        if _has_name(column):
            told += [value.code, value.name] if isinstance(value, Named) else [None, None]
        else:
            told.append(value)
    return told
