"""DuckDB: the engine that needs nothing, in the process itself."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb
import ibis
import pyarrow as pa
from django.conf import settings

from reports.history.logs import Bounds, Log

from . import Interrupted
from .compiling import compiled, one_row
from .engine import BATCH
from .reading import FileEngine


class DuckDB(FileEngine):
    """Spills what does not fit into memory into its folder, and loads nothing from anywhere."""

    def __init__(self, bounds: Bounds, as_of: datetime | None) -> None:
        super().__init__(bounds, as_of)
        self.connection = duckdb.connect(
            config={
                "memory_limit": f"{settings.ENGINE_MEMORY_MB}MB",
                "threads": settings.ENGINE_THREADS,
                "temp_directory": str(self.folder / "spilled"),
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )

    def run(self, expression: ibis.Table) -> pa.Table:
        with _interruptions():
            return self._relation(expression).to_arrow_table().cast(expression.schema().to_pyarrow())

    def batches(self, expression: ibis.Table, rows: int = BATCH) -> Iterator[pa.RecordBatch]:
        """Yield the rows as they come; until the last one is taken the engine answers nothing else."""
        schema = expression.schema().to_pyarrow()
        with _interruptions(), self._relation(expression).to_arrow_reader(rows) as reader:
            yield from (batch.cast(schema) for batch in reader)

    def _relation(self, expression: ibis.Table) -> duckdb.DuckDBPyRelation:
        return self.connection.sql(compiled(expression, "duckdb"))

    def cancel(self) -> None:
        self.connection.interrupt()

    def close(self) -> None:
        self.connection.close()
        super().close()

    def _give(self, name: str, values: Mapping[str, int | str]) -> None:
        self.connection.execute(f"CREATE OR REPLACE VIEW {name} AS {one_row(values, 'duckdb')}")

    def _read(self, paths: Sequence[Path], log: Log, name: str, where: str) -> None:
        files = ", ".join("'{}'".format(str(path).replace("'", "''")) for path in paths)
        self.connection.execute(
            f"CREATE VIEW {name} AS SELECT {', '.join(log.columns)} FROM read_parquet([{files}]) WHERE {where}"
        )


@contextmanager
def _interruptions() -> Iterator[None]:
    try:
        yield
    except duckdb.InterruptException as stopped:
        raise Interrupted from stopped
