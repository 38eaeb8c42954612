"""Whole tables in one value: the database strings eight-byte numbers together, and numpy reads them as they come.

Ten thousand rows arrive without a Python object each, so that renewing the index does not hold up decisions.
"""

from collections.abc import Sequence

import numpy as np

from chengfeng import sql


def packed(columns: Sequence[str]) -> str:
    """Return the expression that strings columns of a sorted subquery together; none of them may be null."""
    return f"SELECT string_agg({' || '.join(f'int8send({column})' for column in columns)}, ''::bytea)"


def read(statement: str, columns: Sequence[str], params: dict | None = None) -> dict[str, np.ndarray]:
    """Run a statement that `packed` begins; return its columns as arrays of whole numbers."""
    (raw,) = sql.row(statement, params)
    table = np.frombuffer(raw or b"", dtype=">i8").astype(np.int64).reshape(-1, len(columns))
    return {column: table[:, place].copy() for place, column in enumerate(columns)}


def aligned(keys: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each wanted key its place in the sorted keys, and whether it is there."""
    if not len(keys):
        return np.zeros(len(wanted), dtype=np.intp), np.zeros(len(wanted), dtype=bool)
    places = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return places, keys[places] == wanted
