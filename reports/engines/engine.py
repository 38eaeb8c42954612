"""What every engine does: tables of logs within bounds, results at once or in batches, and a stop on demand."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from types import EllipsisType
from typing import TypeAlias

import ibis
import pyarrow as pa

from reports.history import copying
from reports.history.logs import LOGS, Bounds, Log

BATCH = 65_536  # rows

Moment: TypeAlias = datetime | EllipsisType | None  # ...: as the engine has it


class Engine(ABC):
    """Bounds apply to every log but those of states, whose past is always wanted."""

    def __init__(self, bounds: Bounds, as_of: datetime | None) -> None:
        self.bounds, self.as_of = bounds, as_of
        self._tables: dict[tuple[str, Bounds], ibis.Table] = {}

    def table(self, log: str, *, since: Moment = ..., until: Moment = ...) -> ibis.Table:
        """Return a log's rows; other bounds than the engine's may be given for it, None for no bound."""
        found = LOGS[log]
        bounds = self._bounds(found, since, until)
        if (log, bounds) not in self._tables:
            self._tables[log, bounds] = self._table(found, bounds, f"{log}_{len(self._tables)}")
        return self._tables[log, bounds]

    def _bounds(self, log: Log, since: Moment, until: Moment) -> Bounds:
        default = None if log.of_states else self.bounds.since
        bounds = replace(
            self.bounds,
            since=default if since is ... else since,
            until=self.bounds.until if until is ... else until,
        )
        return bounds.known_at(self.as_of) if self.as_of else bounds

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
