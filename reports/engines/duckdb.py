"""DuckDB: the engine that needs nothing, in the process itself."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb
import ibis
import pyarrow as pa
from django.conf import settings

from reports.history.logs import Bounds, Log

from . import Interrupted
from .engine import BATCH
from .reading import FileEngine


class DuckDB(FileEngine):
    """Spills what does not fit into memory into its folder, and loads nothing from anywhere."""

    def __init__(self, bounds: Bounds, as_of: datetime | None) -> None:
        super().__init__(bounds, as_of)
        self.backend = ibis.duckdb.connect(
            memory_limit=f"{settings.ENGINE_MEMORY_MB}MB",
            threads=settings.ENGINE_THREADS,
            temp_directory=str(self.folder / "spilled"),
            preserve_insertion_order=False,
            autoinstall_known_extensions=False,
            autoload_known_extensions=False,
        )

    def run(self, expression: ibis.Table) -> pa.Table:
        with _interruptions():
            return self.backend.to_pyarrow(expression)

    def batches(self, expression: ibis.Table, rows: int = BATCH) -> Iterator[pa.RecordBatch]:
        with _interruptions():
            yield from self.backend.to_pyarrow_batches(expression, chunk_size=rows)

    def cancel(self) -> None:
        self.backend.con.interrupt()

    def close(self) -> None:
        self.backend.disconnect()
        super().close()

    def _read(self, paths: Sequence[Path], log: Log, name: str) -> ibis.Table:
        return self.backend.read_parquet([str(path) for path in paths], table_name=name)


@contextmanager
def _interruptions() -> Iterator[None]:
    try:
        yield
    except duckdb.InterruptException as stopped:
        raise Interrupted from stopped
