"""Empties the database after a test that committed: deletes rows, for truncating makes a new file for every table.

A test leaves few rows in few tables of two hundred. Deleting them takes milliseconds where Django's flush takes a
good part of a second, which ends by making anew what the database keeps of its models; here that stays.
"""

from functools import cache

from django.apps import apps
from django.db import connection

KEPT = {"django_content_type", "auth_permission"}  # made by the migrations, the same for every test


def empty() -> None:
    """Delete all rows of all models, whatever refers to them or forbids it."""
    with connection.cursor() as cursor:
        cursor.execute(_statement())


@cache
def _statement() -> str:
    """Return one transaction; rules and references, which are triggers, are at rest in it."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    present = tables.intersection(connection.introspection.table_names())
    deletions = "; ".join(f'DELETE FROM "{table}"' for table in sorted(present - KEPT))
    return f"BEGIN; SET LOCAL session_replication_role = replica; {deletions}; COMMIT"
