"""Apache Spark: the same on many machines, or on the cores of this one; an extra that needs Java."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from pyspark import SparkContext
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from reports.history.logs import Bounds, Log

from . import Interrupted
from .compiling import compiled, one_row
from .engine import BATCH
from .reading import FileEngine


class Spark(FileEngine):
    """A session of its own on `SPARK_MASTER`; a local one ends with its Java process."""

    def __init__(self, bounds: Bounds, as_of: datetime | None) -> None:
        super().__init__(bounds, as_of)
        self.session = self._session()
        ibis.pyspark.connect(self.session)  # sets what its SQL relies on
        self.is_cancelled, self.results = False, count(1)

    def _session(self) -> SparkSession:
        folder = {name: str(self.folder / name) for name in ("local", "warehouse")}
        options = {
            "spark.driver.memory": f"{settings.ENGINE_MEMORY_MB}m",
            "spark.local.dir": folder["local"],
            "spark.sql.execution.arrow.pyspark.enabled": "true",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.shuffle.partitions": str(settings.ENGINE_THREADS),
            "spark.sql.warehouse.dir": folder["warehouse"],
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
        }
        builder = SparkSession.builder.master(settings.SPARK_MASTER).appName("chengfeng")
        for name, value in options.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        return session

    def run(self, expression: ibis.Table) -> pa.Table:
        with self._interruptions():
            return self._frame(expression).toArrow().cast(expression.schema().to_pyarrow())

    def batches(self, expression: ibis.Table, rows: int = BATCH) -> Iterator[pa.RecordBatch]:
        """Yield the rows by way of files, which are numbered in their order: so they need not fit into memory."""
        place, schema = self.folder / f"result_{next(self.results)}", expression.schema().to_pyarrow()
        with self._interruptions():
            self._frame(expression).write.parquet(f"file://{place}")
        for path in sorted(place.glob("part-*.parquet")):
            with pq.ParquetFile(path) as file:
                yield from (batch.cast(schema) for batch in file.iter_batches(rows))

    def _frame(self, expression: ibis.Table) -> DataFrame:
        return self.session.sql(compiled(expression, "pyspark"))

    @contextmanager
    def _interruptions(self) -> Iterator[None]:
        try:
            yield
        except PySparkException as error:
            if self.is_cancelled:
                raise Interrupted from error
            raise

    def cancel(self) -> None:
        self.is_cancelled = True
        self.session.sparkContext.cancelAllJobs()

    def close(self) -> None:
        gateway = SparkContext._gateway
        self.session.stop()
        _end(gateway)
        super().close()

    def _give(self, name: str, values: Mapping[str, int | str]) -> None:
        self.session.sql(one_row(values, "spark")).createOrReplaceTempView(name)

    def _read(self, paths: Sequence[Path], log: Log, name: str, where: str) -> None:
        rows = self.session.read.parquet(*(f"file://{path.resolve()}" for path in paths)).select(*log.columns)
        rows.where(where).createOrReplaceTempView(name)


def _end(gateway) -> None:
    """End the Java process, which else would wait for another session as long as this process lives."""
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(timeout=30)
    SparkContext._gateway = SparkContext._jvm = None
