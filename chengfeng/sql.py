"""Plain statements, for the paths that are walked so often that building a query each time would cost the most.

Parameters are named, as `%(at)s`; a statement belongs beside the function that runs it.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection


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
