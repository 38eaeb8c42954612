"""Plain statements: for what queries cannot say, and where building a query each time would cost the most.

Parameters are named, as `%(at)s`, unless code counts them out; a statement belongs beside the function that runs it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection, models, transaction

Model = TypeVar("Model", bound=models.Model)
Params = Mapping[str, Any] | Sequence[Any] | None


def run(statement: str, params: Params = None) -> int:
    """Run a statement; return the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount


def row(statement: str, params: Params = None) -> tuple | None:
    """Run a statement; return its first row, if any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone()


def rows(statement: str, params: Params = None) -> list[tuple]:
    """Run a statement; return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def dicts(statement: str, params: Params = None) -> list[dict[str, Any]]:
    """Run a statement; return its rows by the names of their columns."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def instances(model: type[Model], statement: str, params: Params = None) -> list[Model]:
    """Run a statement that gives all columns of a model's table, in any order; return its rows as instances."""
    fields = model._meta.concrete_fields
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        places = {column.name: place for place, column in enumerate(cursor.description)}
        order = [places[field.column] for field in fields]
        names = [field.attname for field in fields]
        return [model.from_db(connection.alias, names, [found[n] for n in order]) for found in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Part:
    """What a step adds to a statement: its queries, as WITH lists them, and the value that `tells` how they went.

    A # in their names and those of their parameters stands for the number of the step, and keeps equal names apart.
    """

    queries: str
    tells: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something to write with other things, without seeing what they write; what its part tells is given to `heed`."""

    part: Part
    params: Mapping[str, Any]
    heed: Callable[[Any], None] = lambda told: None


def together(*steps: Step) -> None:
    """Run steps as one statement, for a statement costs more than most of what it does, and let each heed its outcome.

    They are run, and lock, in their order, as they are told in it.
    """
    if not steps:
        return
    params = {f"{name}{n}": value for n, step in enumerate(steps) for name, value in step.params.items()}
    told = row(_whole(tuple(step.part for step in steps)), params)
    for step, each in zip(steps, told, strict=True):
        step.heed(each)


@lru_cache(maxsize=256)
def _whole(parts: tuple[Part, ...]) -> str:
    """Return the statement of some parts, without the spaces of its layout."""
    queries = ", ".join(part.queries.replace("#", str(n)) for n, part in enumerate(parts))
    tells = ", ".join(part.tells.replace("#", str(n)) for n, part in enumerate(parts))
    return " ".join(f"WITH {queries} SELECT {tells}".split())


@contextmanager
def still() -> Iterator[None]:
    """Let all that a block reads be as it was at one moment; inside a transaction it is as that sees it."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def hold(lock: int, key: int) -> None:
    """Hold an advisory lock of two numbers, what it is for and whose it is, until the transaction ends."""
    run("SELECT pg_advisory_xact_lock(%(lock)s, %(key)s)", {"lock": lock, "key": key})


def columns(model: type[models.Model], *, besides: Iterable[str] = (), of: str = "") -> str:
    """Return the columns of a model's table but `id` and those named, as a statement lists them; `of` is an alias."""
    left_out = {"id", *besides}
    names = [field.column for field in model._meta.concrete_fields if field.column not in left_out]
    return ", ".join(f'{of}."{name}"' if of else f'"{name}"' for name in names)


def document(*rows: models.Model) -> str:
    """Return rows that are not written yet as the JSON array out of which `jsonb_populate_recordset` makes them."""
    return json.dumps(
        [{field.column: getattr(each, field.attname) for field in each._meta.concrete_fields} for each in rows],
        default=str,
    )


def know(keys: Mapping[str, int], *rows: models.Model) -> None:
    """Let rows that a statement has just written know their keys, given by code, and that they stand."""
    for each in rows:
        each.pk, each._state.adding, each._state.db = keys[each.code], False, connection.alias
