"""The shape of an invariant."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invariant:
    """A statement about the rows, and the query whose rows contradict it."""

    id: str
    statement: str
    sql: str
    params: Callable[[], dict] = dict
