"""The benchmarks' database: migrated once into a blank, from which every benchmark gets a fresh copy."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

LOCK = 0x62656E6368  # one run at a time on a server


@contextmanager
def blank() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Give a maker of fresh databases; nothing is left of them, nor of the files, after the block."""
    django.setup()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            sys.exit("Benchmarks are running on this database server already")
        cursor.execute("SET statement_timeout = 0")  # on a busy machine a database takes its time to go
        name = connection.settings_dict["NAME"]
        try:
            _migrate(cursor, name)
            yield lambda: _copy(cursor, name)
        finally:
            _drop(cursor, f"{name}_blank")
            shutil.rmtree(settings.PLACE, ignore_errors=True)


def _migrate(cursor, name: str) -> None:
    _drop(cursor, f"{name}_blank")
    call_command("createdb", reset=True)
    call_command("migrate", interactive=False, verbosity=0)
    connection.close()
    _do(cursor, "ALTER DATABASE {} RENAME TO {}", name, f"{name}_blank")


@contextmanager
def _copy(cursor, name: str) -> Iterator[None]:
    try:
        _do(cursor, "CREATE DATABASE {} TEMPLATE {}", name, f"{name}_blank")
        yield
    finally:
        _drop(cursor, name)


def _drop(cursor, name: str) -> None:
    _do(cursor, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _do(cursor, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
