"""Plain statements, for the paths that are walked so often that building a query each time would cost the most.

Parameters are named, as `%(at)s`; a statement belongs beside the function that runs it.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db import connection, models

Model = TypeVar("Model", bound=models.Model)


def run(statement: str, params: Mapping[str, Any]) -> int:
    """Run a statement; return the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount


def row(statement: str, params: Mapping[str, Any]) -> tuple | None:
    """Run a statement; return its first row, if any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone()


def rows(statement: str, params: Mapping[str, Any]) -> list[tuple]:
    """Run a statement; return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def instances(model: type[Model], statement: str, params: Mapping[str, Any]) -> list[Model]:
    """Run a statement that gives all columns of a model's table, in any order; return its rows as instances."""
    fields = model._meta.concrete_fields
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        places = {column.name: place for place, column in enumerate(cursor.description)}
        order = [places[field.column] for field in fields]
        names = [field.attname for field in fields]
        return [model.from_db(connection.alias, names, [found[n] for n in order]) for found in cursor.fetchall()]


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
