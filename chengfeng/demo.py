"""The demonstration: a marketplace filled, its shoppers sent through the site, then served."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import postgres, serving
from .serving import HOST, ROOT
from .supervisor import ServiceEndedError, end_on_signals, running, signals_held

FILLED = "holds the finished demonstration"


def main(arguments: list[str]) -> None:
    """Fills once, serves until a signal; ends every process it started, PostgreSQL included."""
    options = _parse(arguments)
    end_on_signals()
    try:
        serving.require_free(host=HOST, port=options.port)
        with database():
            prepare(reset=options.reset)
            if not is_filled():
                fill(port=options.port, data=options.data)
            simulation("logins")
            serving.serve(host=HOST, port=options.port)
    except (serving.PortTakenError, postgres.PostgresError, ServiceEndedError, TimeoutError) as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        sys.exit(f"The demonstration stopped: python {' '.join(error.cmd[1:])} ended with status {error.returncode}")


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--reset", action="store_true", help="drop the database and begin anew")
    parser.add_argument("--data", type=Path, help="fill from the files of this directory")
    return parser.parse_args(arguments)


@contextmanager
def database() -> Iterator[None]:
    """A database server for the length of a block: DATABASE_URL's, the one running already, or ours."""
    started = not os.environ.get("DATABASE_URL") and postgres.start(ROOT)
    try:
        yield
    finally:
        if started:
            with signals_held():
                postgres.stop(ROOT)


def prepare(*, reset: bool) -> None:
    """Makes the database and its tables; `reset` drops what there was, files included."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengfeng.settings")
    import django
    from django.core.management import call_command

    django.setup()
    if reset:
        remove_files()
    call_command("createdb", reset=reset)
    call_command("migrate", interactive=False, verbosity=0)


def remove_files() -> None:
    """Removes uploads, exports, history, mails and broker messages, unless they are kept outside var/."""
    from django.conf import settings

    memory = settings.VAR_DIR / "simulation"
    files = (settings.MEDIA_ROOT, settings.PRIVATE_ROOT, settings.HISTORY_ROOT, settings.EMAIL_FILE_PATH)
    for folder in (*files, settings.BROKER_DIR, memory):
        if settings.VAR_DIR in Path(folder).parents:
            shutil.rmtree(folder, ignore_errors=True)


def fill(*, port: int, data: Path | None) -> None:
    """Fills the marketplace, then sends the shoppers over HTTP at simulated times; minutes, not seconds."""
    begun = time.monotonic()
    simulation("fill", *(["--data", str(data.resolve())] if data else []))
    with running([serving.web(host=HOST, port=port, simulation=True)]) as supervisor:
        serving.await_web(supervisor, host=HOST, port=port)
        simulation("run", "--url", f"http://{HOST}:{port}")
    mark_filled()
    print(f"The marketplace is filled; it took {time.monotonic() - begun:.0f} s", flush=True)


def simulation(*words: str) -> None:
    environment = {**os.environ, "CHENGFENG_SIMULATION": "1"}
    subprocess.run([sys.executable, "-m", "simulation", *words], cwd=ROOT, check=True, env=environment)


def is_filled() -> bool:
    """Whether the fill went through to its end, which is written on the database itself."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        return cursor.fetchone()[0] == FILLED


def mark_filled() -> None:
    from django.db import connection
    from psycopg import sql

    name = sql.Identifier(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(FILLED)))


if __name__ == "__main__":
    main(sys.argv[1:])
