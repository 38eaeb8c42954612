"""The migrated database that every test database is copied from: made once for what the migrations say now.

Migrating takes seconds, copying one. It stays in the server for later runs and for other workers of this one. A change
of any migration, or of what they are run by, makes another one beside it, for another checkout may share the server;
one that nobody has asked for in a day goes.
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

from chengfeng import postgres

PREFIX = "chengfeng_migrated_"
DRAFT = f"{PREFIX}draft"
SAID_IN = ("*/migrations/*.py", "chengfeng/append_only.py", "chengfeng/tables.py", "requirements.txt")
ADDRESS = {"dbname", "user", "password", "host", "port"}
LOCK = 7_281_554_103
PATIENCE = 600.0


def database() -> str:
    """Return the name of a migrated database that nobody is connected to; makes it where it is missing."""
    name = PREFIX + _digest()
    with psycopg.connect(**_parameters("postgres"), autocommit=True) as server, _turn(server):
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            _make(server, name)
        server.execute(SQL("COMMENT ON DATABASE {} IS {}").format(Identifier(name), f"asked for on {_today(server)}"))
        for unused in _unused(server):
            server.execute(SQL("DROP DATABASE {}").format(Identifier(unused)))
            _dump(unused).unlink(missing_ok=True)
    return name


def dump() -> Path:
    """Return a file from which pg_restore makes the migrated database in another server.

    It is written with the database, for who reads from that keeps others from copying it meanwhile.
    """
    name = database()
    if not _dump(name).exists():
        _write_dump(name, _dump(name))
    return _dump(name)


def _parameters(name: str) -> dict:
    """Return how psycopg connects to a database of the configured server."""
    return connection.get_connection_params() | {"dbname": name}


def _dump(name: str) -> Path:
    return settings.VAR_DIR / f"{name}.dump"


def _today(server: psycopg.Connection) -> str:
    return str(server.execute("SELECT current_date").fetchone()[0])


def _unused(server: psycopg.Connection) -> list[str]:
    """Return the migrated databases that were asked for neither today nor yesterday."""
    query = """
        SELECT datname FROM pg_database
        WHERE starts_with(datname, %s) AND datname <> %s AND coalesce(shobj_description(oid, 'pg_database'), '') NOT IN
            ('asked for on ' || current_date, 'asked for on ' || current_date - 1)
    """
    return [row[0] for row in server.execute(query, [PREFIX, DRAFT])]


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
    server.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(DRAFT)))
    server.execute(SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(Identifier(DRAFT)))
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0", "--skip-checks"],
        cwd=settings.BASE_DIR, env={**os.environ, "CHENGFENG_DB": DRAFT}, check=True,
    )  # fmt: skip
    _write_dump(DRAFT, _dump(name))
    server.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(DRAFT), Identifier(name)))


def _write_dump(name: str, to: Path) -> None:
    address = {word: value for word, value in _parameters(name).items() if word in ADDRESS}
    program, draft = postgres.programs() / "pg_dump", to.with_suffix(".new")
    subprocess.run([str(program), "--format=custom", f"--file={draft}", make_conninfo(**address)], check=True)
    draft.rename(to)
