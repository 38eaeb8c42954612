"""Creates the configured database when it is missing; --reset drops it first."""

from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from psycopg import sql


class Command(BaseCommand):
    """`manage.py createdb`: may be called any number of times, by several processes at once."""

    help = "Create the configured database when it is missing."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help="drop the database and all it holds first")

    def handle(self, *args: Any, **options: Any) -> None:
        name = connection.settings_dict["NAME"]
        connection.close()
        with connection._nodb_cursor() as cursor:
            if options["reset"]:
                cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            if not exists(cursor, name):
                create(cursor, name)


def exists(cursor: Any, name: str) -> bool:
    """Whether the server has a database of this name."""
    cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
    return cursor.fetchone() is not None


def create(cursor: Any, name: str) -> None:
    """Creates the database; that somebody else was faster is as good."""
    try:
        cursor.connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
        )
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        return
