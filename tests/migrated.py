"""The migrated database that every test database is copied from: made once for what the migrations say now.

Migrating takes a minute, copying a second. The copy stays in the server for later runs and for other workers of this
one; a change of any migration, or of what they are run by, makes another one in its place.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

PREFIX = "chengfeng_migrated_"
SAID_IN = ("*/migrations/*.py", "chengfeng/append_only.py", "requirements.txt")
ADDRESS = {"dbname", "user", "password", "host", "port"}
LOCK = 7_281_554_103
PATIENCE = 600.0


def database() -> str:
    """Return the name of a migrated database that nobody is connected to; makes it where it is missing."""
    name = PREFIX + _digest()
    with psycopg.connect(**_parameters("postgres"), autocommit=True) as server, _turn(server):
        databases = {row[0] for row in server.execute("SELECT datname FROM pg_database")}
        if name not in databases:
            for old in (old for old in databases if old.startswith(PREFIX)):
                server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(old)))
            _make(server, name)
    return name


def url() -> str:
    """Return the address of the migrated database, as PostgreSQL's programs take it."""
    asked = {name: value for name, value in _parameters(database()).items() if name in ADDRESS}
    return make_conninfo(**asked)


def _parameters(name: str) -> dict:
    """Return how psycopg connects to a database of the configured server."""
    return connection.get_connection_params() | {"dbname": name}


def _digest() -> str:
    files = sorted(path for pattern in SAID_IN for path in Path(settings.BASE_DIR).glob(pattern))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:16]


@contextmanager
def _turn(server: psycopg.Connection) -> Iterator[None]:
    """One process at a time; waits without holding a statement open, whose time is limited."""
    deadline = time.monotonic() + PATIENCE
    while not server.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()[0]:
        assert time.monotonic() < deadline, "another process has been migrating for too long"
        time.sleep(0.2)
    yield
    server.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _make(server: psycopg.Connection, name: str) -> None:
    """Migrate a new database; a half-migrated one never gets its final name."""
    draft = f"{PREFIX}draft"
    server.execute(SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(Identifier(draft)))
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=settings.BASE_DIR, env={**os.environ, "CHENGFENG_DB": draft}, check=True,
    )  # fmt: skip
    server.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(draft), Identifier(name)))
