"""Files of rows out of a query or out of batches, in any format: every row, or an error; none is ever held whole."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chengfeng import sheets

if TYPE_CHECKING:
    from pyarrow import RecordBatch

Told = Callable[[int], None]


class TooManyRows(Exception):
    """A sheet cannot hold all the rows."""


def from_query(
    path: Path, *, file_format: str, query: str, params: Mapping[str, Any], columns: Mapping[str, str], told: Told
) -> int:
    """Write a query's rows to a file of a format (`csv`, `xlsx`, `parquet`); return how many there were.

    `columns` maps names to headings, in the order of the query; `told` hears how many rows are written by now. CSV is
    written as the database writes it, so texts must come `sheets.QUOTED`. Raises TooManyRows for what no sheet holds.
    """
    seen = _Seen(told, file_format)
    if file_format == "parquet":
        from .parquet import query_file

        return query_file(path, query, params, names=list(columns), told=seen)
    write = {"csv": sheets.csv, "xlsx": sheets.xlsx}[file_format]
    return _save(path, write(query, params, headings=list(columns.values()), told=seen), seen)


def from_batches(
    path: Path, *, file_format: str, batches: "Iterable[RecordBatch]", columns: Mapping[str, str], told: Told
) -> int:
    """Write Arrow batches to a file, as `from_query` does; `columns` are those of the batches, and none but those."""
    seen = _Seen(told, file_format)
    if file_format == "parquet":
        from .parquet import batch_file

        return batch_file(path, batches, names=list(columns), told=seen)
    write = {"csv": sheets.csv_of, "xlsx": sheets.xlsx_of}[file_format]
    return _save(path, write(_rows(batches, list(columns)), headings=list(columns.values()), told=seen), seen)


class _Seen:
    """Counts what is written, passes it on, and refuses what a sheet cannot hold."""

    def __init__(self, told: Told, file_format: str):
        self.told, self.most, self.rows = told, sheets.SHEET_ROWS - 1 if file_format == "xlsx" else None, 0

    def __call__(self, rows: int) -> None:
        if self.most is not None and rows > self.most:
            raise TooManyRows
        self.rows = rows
        self.told(rows)


def _save(path: Path, content: Iterator[bytes], seen: _Seen) -> int:
    with path.open("wb") as file:
        for data in content:
            file.write(data)
    return seen.rows


def _rows(batches: "Iterable[RecordBatch]", names: list[str]) -> Iterator[tuple]:
    for batch in batches:
        yield from zip(*(batch.column(name).to_pylist() for name in names), strict=True)
