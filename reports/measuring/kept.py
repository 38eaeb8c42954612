"""Reads answers that are kept in files: a page of rows, all rows for a file, and what differs between two of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .asking import Row, Sums, amount
from .columns import BEFORE, NAME, NOW, THEN, harmless, measure, names, ordering, quoted, rounded, sums_of
from .definition import Definition
from .dimensions import DIMENSIONS, Type
from .measures import SUMS
from .naming import Named
from .storing import connected, literal

if TYPE_CHECKING:
    from pyarrow import RecordBatch

Columns = Mapping[str, str]

BATCH = 8192
CHANGE = "change"
MEMORY_MB = 256


def page(path: Path, definition: Definition, *, start: int, number: int, sort: str | None = None) -> list[Row]:
    """Return `number` rows from place `start` on (0 is the first), in their order or sorted by another column."""
    rows = f"SELECT *, file_row_number AS place FROM read_parquet({literal(path)}, file_row_number = true)"
    if sort is None or sort == definition.sort:
        query = f"{rows} WHERE file_row_number >= {start} AND file_row_number < {start + number} ORDER BY place"
    else:
        query = f"SELECT * FROM ({rows}) ORDER BY {ordering(definition, sort)}, place LIMIT {number} OFFSET {start}"
    with connected(MEMORY_MB) as connection:
        found = connection.sql(query)
        columns = found.columns
        return [row_of(dict(zip(columns, values, strict=True)), definition) for values in found.fetchall()]


def row_of(values: Mapping[str, Any], definition: Definition) -> Row:
    keys = tuple(_key(code, values) for code in definition.dimensions)
    before = amounts(values, definition, THEN) if definition.compare else None
    return Row(keys, amounts(values, definition, NOW), before)


def _key(code: str, values: Mapping[str, Any]) -> Any:
    if DIMENSIONS[code].type != Type.CODE or values[code] is None:
        return values[code]
    return Named(values[code], values[code + NAME])


def amounts(values: Mapping[str, int], definition: Definition, side: str) -> Sums:
    """Return stored sums as amounts and counts."""
    return {code: amount(values[code + side] or 0, SUMS[code].unit) for code in sums_of(definition)}


def batches(path: Path, columns: Columns) -> Iterator["RecordBatch"]:
    """Yield all rows with columns such as `exported`, some thousands at a time."""
    with connected(MEMORY_MB) as connection:
        yield from connection.sql(_selected(path, columns)).to_arrow_reader(BATCH)


def copy_parquet(path: Path, columns: Columns, target: Path) -> None:
    """Write the rows for programs."""
    _copy(path, columns, target, "FORMAT parquet, COMPRESSION zstd")


def copy_csv(path: Path, columns: Columns, target: Path) -> None:
    """Write the rows without a heading; columns such as `harmless` keep texts from being formulas."""
    _copy(path, columns, target, "FORMAT csv, HEADER false")


def _copy(path: Path, columns: Columns, target: Path, options: str) -> None:
    with connected(MEMORY_MB) as connection:
        connection.execute(f"COPY ({_selected(path, columns)}) TO {literal(target)} ({options})")


def _selected(path: Path, columns: Columns) -> str:
    told = ", ".join(f"{value} AS {quoted(name)}" for name, value in columns.items())
    return f"SELECT {told} FROM read_parquet({literal(path)})"


class Change(StrEnum):
    """How a row differs from what it was."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of two answers: each measure in the one and in the other; None for all where it has no such row."""

    kind: Change
    keys: tuple[Any, ...]
    values: Mapping[str, tuple[Any, Any]]


def differences(
    one: Path, other: Path, definition: Definition, *, start: int, number: int
) -> tuple[int, list[Difference]]:
    """Return how many rows of two answers of the same question differ, and some of them, the greatest change first."""
    differing = _differing(one, other, definition)
    with connected(MEMORY_MB) as connection:
        count = connection.sql(f"SELECT count(*) FROM ({differing})").fetchall()[0][0]
        found = connection.sql(f"{_greatest_first(differing, definition)} LIMIT {number} OFFSET {start}")
        columns = found.columns
        rows = [dict(zip(columns, values, strict=True)) for values in found.fetchall()]
    return count, [
        Difference(
            Change(row[CHANGE]),
            tuple(_key(code, row) for code in definition.dimensions),
            {code: (row[code + BEFORE], row[code]) for code in definition.offered},
        )
        for row in rows
    ]


def copy_differences(one: Path, other: Path, definition: Definition, target: Path) -> None:
    """Write every row that differs as CSV without a heading: how, its keys, each measure as it was and as it is."""
    texts = harmless(definition)
    columns = {CHANGE: quoted(CHANGE)} | {name: texts[name] for code in definition.dimensions for name in names(code)}
    for code in definition.offered:
        columns |= {code + BEFORE: rounded(code, quoted(code + BEFORE)), code: rounded(code, quoted(code))}
    told = ", ".join(f"{value} AS {quoted(name)}" for name, value in columns.items())
    rows = _greatest_first(_differing(one, other, definition), definition)
    with connected(MEMORY_MB) as connection:
        connection.execute(f"COPY (SELECT {told} FROM ({rows})) TO {literal(target)} (FORMAT csv, HEADER false)")


def _greatest_first(differing: str, definition: Definition) -> str:
    first = definition.offered[0]
    keys = "".join(f", {quoted(name)}" for code in definition.dimensions for name in reversed(names(code)))
    change = f"abs(coalesce({quoted(first)}, 0) - coalesce({quoted(first + BEFORE)}, 0))"
    return f"SELECT * FROM ({differing}) ORDER BY {change} DESC{keys}"


def _differing(one: Path, other: Path, definition: Definition) -> str:
    """Return the rows of which a measure differs: as it is in the other, and `_before` as it was in the one."""
    keys = list(definition.dimensions)
    met = " AND ".join(f"a.{quoted(code)} IS NOT DISTINCT FROM b.{quoted(code)}" for code in keys) or "true"
    told = [f"coalesce(b.{quoted(name)}, a.{quoted(name)}) AS {quoted(name)}" for code in keys for name in names(code)]
    values = [
        f"{side}.{quoted(code)} AS {quoted(code + end)}"
        for code in definition.offered for side, end in (("b", ""), ("a", BEFORE))
    ]  # fmt: skip
    change = f"CASE WHEN a.is_there IS NULL THEN '{Change.NEW}' WHEN b.is_there IS NULL THEN '{Change.GONE}' "
    change += f"ELSE '{Change.CHANGED}' END AS {quoted(CHANGE)}"
    unlike = " OR ".join(f"a.{quoted(code)} IS DISTINCT FROM b.{quoted(code)}" for code in definition.offered)
    return (
        f"SELECT {', '.join([change, *told, *values])} FROM ({_measured(one, definition)}) a "
        f"FULL JOIN ({_measured(other, definition)}) b ON {met} "
        f"WHERE a.is_there IS NULL OR b.is_there IS NULL OR {unlike}"
    )


def _measured(path: Path, definition: Definition) -> str:
    columns = [quoted(name) for code in definition.dimensions for name in names(code)]
    values = [f"{measure(code)} AS {quoted(code)}" for code in definition.offered]
    return f"SELECT {', '.join([*columns, *values])}, true AS is_there FROM read_parquet({literal(path)})"
