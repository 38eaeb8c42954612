"""Writes an answer to files: each family of each period by itself, then all of them as one, never held in memory.

What is written stays, so whoever was stopped goes on from there: a part that is there is whole.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import duckdb
import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings
from duckdb import DuckDBPyConnection

from ..engines.engine import Engine
from ..engines.reading import own_folder
from . import local_days, naming
from .columns import NOW, THEN, key, ordering, quoted, sums_of
from .definition import Definition
from .dimensions import DIMENSIONS, Family, Type
from .families import FAMILIES, Question
from .measures import SUMS, families_of
from .periods import Days

WEIGHTS = {
    Family.SEEN: 4, Family.SPENT: 1, Family.CREDITED: 6, Family.RETURNED: 6, Family.CLAIMED: 5, Family.SHOP: 2,
}  # fmt: skip
GATHERING = 2  # what putting parts together weighs
NAMED_AT_ONCE = 5000
TOTAL = "is_total"

Totals = dict[str, int]


@dataclass(frozen=True, slots=True)
class Part:
    """A family of one of the two periods, with its files in a folder."""

    side: str
    family: Family

    @property
    def weight(self) -> int:
        return WEIGHTS[self.family]

    def rows(self, folder: Path) -> Path:
        return folder / f"{self.side}-{self.family}.parquet"

    def total(self, folder: Path) -> Path:
        return folder / f"{self.side}-{self.family}.json"

    def is_written(self, folder: Path) -> bool:
        return self.rows(folder).exists()


def parts(definition: Definition) -> list[Part]:
    """Return the parts that a definition is answered by."""
    families = sorted({family for measure in definition.offered for family in families_of(measure)})
    sides = [NOW, THEN] if definition.compare else [NOW]
    return [Part(side, family) for side in sides for family in families]


def weight(definition: Definition) -> int:
    """Return what all parts and putting them together weigh."""
    return sum(part.weight for part in parts(definition)) + GATHERING


def prepare(part: Part, question: Question, codes: Sequence[str], folder: Path) -> Callable[[], None]:
    """Return the work that writes a part; it may be done in another thread than this one, which asks the database."""
    expression = _with_total(part.family, question, list(codes))
    return lambda: _write(part, question.engine, expression, folder)


def _with_total(family: Family, question: Question, codes: list[str]) -> ibis.Table:
    """Return the rows of a family and, where it counts different things, their total among them, asked as one."""
    rows = FAMILIES[family](question, codes)
    if not codes or not any(each.is_distinct for each in SUMS.values() if each.family == family):
        return rows.mutate(**{TOTAL: ibis.literal(False)})
    total = FAMILIES[family](question, [])
    nothing = {code: ibis.null(rows.schema()[code]) for code in codes}
    total = total.mutate(**nothing).select(*rows.columns)
    return ibis.union(rows.mutate(**{TOTAL: ibis.literal(False)}), total.mutate(**{TOTAL: ibis.literal(True)}))


def _write(part: Part, engine: Engine, expression: ibis.Table, folder: Path) -> None:
    unfinished, total = _own(part.rows(folder)), None
    sums: Totals = dict.fromkeys(SUMS, 0)
    schema = expression.drop(TOTAL).schema().to_pyarrow()
    with pq.ParquetWriter(unfinished, schema, compression="zstd") as writer:
        for batch in engine.batches(expression):
            is_total = batch.column(TOTAL)
            total = next(iter(batch.filter(is_total).to_pylist()), total)
            rows = batch.filter(pc.invert(is_total)).select(schema.names)
            writer.write_batch(rows)
            for code in SUMS:
                sums[code] += pc.sum(rows.column(code)).as_py() or 0
    told = _own(part.total(folder))
    told.write_text(json.dumps({code: (total or sums)[code] or 0 for code in SUMS}))
    told.rename(part.total(folder))
    unfinished.rename(part.rows(folder))


def _own(path: Path) -> Path:
    """Return the name of a file while it is written, which nobody else writes to."""
    return path.with_suffix(f".{uuid4().hex}.part")


class Gathering:
    """Parts on their way into one file, by a database of its own, which may be interrupted from another thread."""

    def __init__(
        self, definition: Definition, days: Days, other: Days | None, folder: Path, connection: DuckDBPyConnection
    ) -> None:
        self.definition, self.days, self.other, self.folder = definition, days, other, folder
        self.connection = connection
        self.sums = sums_of(definition)

    def totals(self, side: str) -> Totals:
        """Return the sums of all rows of a period."""
        found = [part for part in parts(self.definition) if part.side == side]
        told = [json.loads(part.total(self.folder).read_text()) for part in found]
        return {code: sum(each[code] for each in told) for code in self.sums}

    def group(self) -> int:
        """Add up the parts by the dimensions; return how many rows there are."""
        keys = [quoted(code) for code in self.definition.dimensions]
        united = " UNION ALL ".join(self._side(side) for side in (NOW, THEN) if self._files(side))
        sums = [f"sum({quoted(code)})::BIGINT AS {quoted(code)}" for code in self._summed]
        grouped = f"SELECT {', '.join([*keys, *sums])} FROM ({united})"
        if keys:
            grouped += f" GROUP BY {', '.join(keys)}"
        some = " OR ".join(f"{quoted(code)} <> 0" for code in self._summed) if keys else "true"
        self.connection.execute(f"CREATE TEMP TABLE grouped AS SELECT * FROM ({grouped}) WHERE {some}")
        return self.connection.sql("SELECT count(*) FROM grouped").fetchall()[0][0]

    @property
    def _summed(self) -> list[str]:
        return [f"{code}{side}" for side in self._sides for code in self.sums]

    @property
    def _sides(self) -> list[str]:
        return [NOW, THEN] if self.other else [NOW]

    def _files(self, side: str) -> list[Path]:
        return [part.rows(self.folder) for part in parts(self.definition) if part.side == side]

    def _side(self, side: str) -> str:
        """Return the rows of a period, their sums under its names, 0 under those of the other; days stand as now."""
        files = ", ".join(literal(path) for path in self._files(side))
        keys = [f"{self._shifted(code, side)} AS {quoted(code)}" for code in self.definition.dimensions]
        sums = [
            f"{quoted(code) if each == side else 0}::HUGEINT AS {quoted(code + each)}"
            for each in self._sides for code in self.sums
        ]  # fmt: skip
        return f"SELECT {', '.join([*keys, *sums])} FROM read_parquet([{files}])"

    def _shifted(self, code: str, side: str) -> str:
        if side == NOW or not DIMENSIONS[code].is_calendar:
            return quoted(code)
        known = self.connection.sql(f"SELECT DISTINCT {quoted(code)} FROM ({self._all(side)})").fetchall()
        moves = {day: local_days.moved(code, day, self.other.first, self.days.first) for (day,) in known}
        told = " ".join(f"WHEN {day} THEN {moved}" for day, moved in moves.items())
        return f"CASE {quoted(code)} {told} END" if told else quoted(code)

    def _all(self, side: str) -> str:
        files = ", ".join(literal(path) for path in self._files(side))
        return f"SELECT * FROM read_parquet([{files}])"

    def name(self, merchants: Sequence[int]) -> None:
        """Fetch the codes and names of what the rows are of, from the database of this thread."""
        for code in self.definition.dimensions:
            if DIMENSIONS[code].type == Type.CODE:
                self.connection.execute(f"CREATE TEMP TABLE names_{code} (pk BIGINT, code VARCHAR, name VARCHAR)")
                for known in self._named(code, merchants):
                    self.connection.register("known", known)
                    self.connection.execute(f"INSERT INTO names_{code} SELECT * FROM known")
                    self.connection.unregister("known")

    def _named(self, code: str, merchants: Sequence[int]) -> Iterator[pa.Table]:
        of = f"SELECT DISTINCT {quoted(code)} FROM grouped WHERE {quoted(code)} IS NOT NULL ORDER BY 1"
        values = [value for (value,) in self.connection.sql(of).fetchall()]
        for start in range(0, len(values), NAMED_AT_ONCE):
            found = naming.names(code, values[start : start + NAMED_AT_ONCE], merchants)
            columns = [list(found), [each.code for each in found.values()], [each.name for each in found.values()]]
            types = [pa.int64(), pa.string(), pa.string()]
            arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
            yield pa.table(arrays, names=["pk", "code", "name"])

    def write(self, target: Path, *, by_name: bool) -> None:
        """Write the rows in their order, as many as the definition asks for; equal ones by name, or else by code."""
        codes = self.definition.dimensions
        named = [code for code in codes if DIMENSIONS[code].type == Type.CODE]
        joins = " ".join(f"LEFT JOIN names_{code} ON names_{code}.pk = grouped.{quoted(code)}" for code in named)
        columns = [column for code in codes for column in key(code)]
        sums = [f"grouped.{quoted(code)}" for code in self._summed]
        rows = f"SELECT {', '.join([*columns, *sums])} FROM grouped {joins}"
        limit = f" LIMIT {self.definition.limit}" if self.definition.limit else ""
        ordered = (
            f"SELECT * FROM ({rows}) ORDER BY {ordering(self.definition, by_name=by_name)}{limit}" if codes else rows
        )
        self.connection.execute(f"COPY ({ordered}) TO {literal(target)} (FORMAT parquet, COMPRESSION zstd)")


@contextmanager
def gathering(definition: Definition, days: Days, other: Days | None, folder: Path) -> Iterator[Gathering]:
    with connected() as connection:
        yield Gathering(definition, days, other, folder, connection)


@contextmanager
def connected(memory_mb: int | None = None) -> Iterator[DuckDBPyConnection]:
    """Open a database in memory that spills into a folder of its own."""
    with own_folder(Path(settings.ENGINE_TEMP)) as folder:
        config: Mapping = {
            "memory_limit": f"{memory_mb or settings.ENGINE_MEMORY_MB}MB", "threads": settings.ENGINE_THREADS,
            "temp_directory": folder, "autoinstall_known_extensions": False, "autoload_known_extensions": False,
        }  # fmt: skip
        connection = duckdb.connect(config=dict(config))
        try:
            yield connection
        finally:
            connection.close()


def literal(path: Path) -> str:
    return "'{}'".format(str(path).replace("'", "''"))
