"""What every engine does: tables of logs within bounds, results at once or in batches, and a stop on demand."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import EllipsisType
from typing import TypeAlias

import ibis
import pyarrow as pa

from reports.history import copying
from reports.history.logs import LOGS, Bounds, Log

from .keeping import Keeping

BATCH = 65_536  # rows
GIVEN = "given"

Moment: TypeAlias = datetime | EllipsisType | None  # ...: as the engine has it
Asked: TypeAlias = tuple[str, datetime | None, datetime | None]  # a log, since, until


@dataclass(frozen=True, slots=True)
class Built:
    """An expression, and the tables that it is of."""

    expression: ibis.Table
    tables: tuple[Asked, ...]


BUILT: Keeping[Built] = Keeping(256)


class Engine(ABC):
    """Bounds apply to every log but those of states, whose past is always wanted."""

    def __init__(self, bounds: Bounds, as_of: datetime | None) -> None:
        self.bounds, self.as_of = bounds, as_of
        self._tables: dict[Asked, ibis.Table] = {}
        self._used: list[Asked] = []

    def table(self, log: str, *, since: Moment = ..., until: Moment = ...) -> ibis.Table:
        """Return a log's rows; other bounds than the engine's may be given for it, None for no bound."""
        default = None if LOGS[log].of_states else self.bounds.since
        asked = (log, default if since is ... else since, self.bounds.until if until is ... else until)
        self._used.append(asked)
        if asked not in self._tables:
            self._tables[asked] = self._table(LOGS[log], self._bounds(*asked[1:]), _name(*asked))
        return self._tables[asked]

    def _bounds(self, since: datetime | None, until: datetime | None) -> Bounds:
        bounds = replace(self.bounds, since=since, until=until)
        return bounds.known_at(self.as_of) if self.as_of else bounds

    def built(self, key: Hashable, build: Callable[[], ibis.Table]) -> ibis.Table:
        """Return an expression on this engine's tables: for a key that is known, by any engine, as it was built then.

        The key says all that the expression depends on, but for the merchants and the moment of the engine.
        """
        if kept := BUILT.get(key):
            for log, since, until in kept.tables:
                self.table(log, since=since, until=until)
            return kept.expression
        self._used = []
        expression = build()
        BUILT.put(key, Built(expression, tuple(dict.fromkeys(self._used))))
        return expression

    def given(self, values: Mapping[str, int | str]) -> ibis.Table:
        """Return a table of one row of values: an expression that reads them from it is the same for all values."""
        self._give(GIVEN, values)
        types = {name: "string" if isinstance(value, str) else "int64" for name, value in values.items()}
        return ibis.table(types, name=GIVEN)

    @abstractmethod
    def _give(self, name: str, values: Mapping[str, int | str]) -> None:
        """Make a row of values known to the engine under a name, instead of any that was."""

    @abstractmethod
    def _table(self, log: Log, bounds: Bounds, name: str) -> ibis.Table:
        """Make a log known to the engine under a name."""

    @abstractmethod
    def run(self, expression: ibis.Table) -> pa.Table:
        """Return all rows of an expression, in its order. Raises Interrupted after `cancel`."""

    @abstractmethod
    def batches(self, expression: ibis.Table, rows: int = BATCH) -> Iterator[pa.RecordBatch]:
        """Yield the rows of an expression, in its order, in bounded memory. Raises Interrupted after `cancel`."""

    @abstractmethod
    def cancel(self) -> None:
        """Stop what runs; called from another thread."""

    @abstractmethod
    def close(self) -> None:
        """Let go of everything: processes, files, connections."""


def named(log: Log, name: str) -> ibis.Table:
    """Return a table of a log's columns, known to the engine by that name."""
    return ibis.table(ibis.Schema.from_pyarrow(copying.schema(log)), name=name)


def _name(log: str, since: datetime | None, until: datetime | None) -> str:
    """Return how a table is known to an engine: the same for the same rows, so that expressions can be kept."""
    return f"{log}_{hashlib.blake2b(repr((since, until)).encode(), digest_size=6).hexdigest()}"
