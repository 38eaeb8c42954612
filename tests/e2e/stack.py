"""A site of its own for a test: a copy of the project with its own PostgreSQL, web server, worker and beat."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from chengfeng import postgres

ROOT = Path(__file__).resolve().parents[2]
NOT_COPIED = {"var", "node_modules"}
NOT_INHERITED = {"DATABASE_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE"}
PATIENCE = 60.0


class Stack:
    """A running site: its address, its processes, its database."""

    def __init__(self, root: Path, port: int) -> None:
        self.root, self.port = root, port
        self.url = f"http://127.0.0.1:{port}"
        self.supervisor: subprocess.Popen[bytes] | None = None

    def python(self, *words: str) -> str:
        """Run the site's Python with these words and return what it prints; raises with its complaint."""
        done = self._run(*words)
        if done.returncode:
            raise RuntimeError(f"python {' '.join(words)} → {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def world(self, name: str) -> dict[str, Any]:
        """Build one of the worlds of tests/e2e/world.py in the site's database; return the codes in it."""
        return json.loads(self.python("-m", "tests.e2e.world", name))

    def rows(self, query: str, *values: object) -> list[tuple]:
        """Ask the site's database, past the site."""
        with psycopg.connect(postgres.url(self.root), autocommit=True) as connection:
            return connection.execute(query, values).fetchall()

    def violations(self) -> str:
        """Return what `manage.py check_invariants` complains about, empty when it is content."""
        done = self._run("manage.py", "check_invariants")
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def complaints(self) -> str:
        """Return what the processes of the site have written to their log."""
        return (self.root / "var" / "serve.log").read_text(errors="replace")

    def serve(self) -> None:
        """Start web server, worker and beat under their supervisor; they end with this process."""
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        with (self.root / "var" / "serve.log").open("ab") as log:
            self.supervisor = subprocess.Popen(
                ["setpriv", "--pdeathsig=TERM", "--", *command], cwd=self.root, env=self._environment(),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        until(self._is_ready, "the site is ready")

    def end(self) -> None:
        if self.supervisor:
            self.supervisor.terminate()
            self.supervisor.wait(30)
        postgres.stop(self.root)

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command, environment = [sys.executable, *words], self._environment()
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, check=False)

    def _is_ready(self) -> bool:
        assert self.supervisor.poll() is None, self.complaints()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            return json.loads(connection.getresponse().read()).get("worker") == "ok"
        except OSError:
            return False
        finally:
            connection.close()

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k not in NOT_INHERITED and not k.startswith("CHENGFENG_")}
        return kept | {"PYTHONPATH": str(self.root), "PORT": str(self.port)}


def prepare(root: Path, dump: Path) -> None:
    """Lay a site in an empty directory, its database restored from a dump, and leave it stopped."""
    copy_project(root)
    postgres.start(root)
    try:
        Stack(root, free_port()).python("manage.py", "createdb")
        restore = postgres.programs() / "pg_restore"
        subprocess.run([str(restore), f"--dbname={postgres.url(root)}", str(dump)], check=True)
    finally:
        postgres.stop(root)


@contextmanager
def running(root: Path, blueprint: Path) -> Iterator[Stack]:
    """A site like the prepared one, in a directory `root` that is made, for the length of a block."""
    subprocess.run(["cp", "-a", str(blueprint), str(root)], check=True)  # the database keeps its owner
    stack = Stack(root, free_port())
    try:
        postgres.start(root)
        stack.serve()
        yield stack
    finally:
        stack.end()
        shutil.rmtree(root / "var" / "postgres", ignore_errors=True)
        shutil.rmtree(postgres.socket_directory(root), ignore_errors=True)


def copy_project(root: Path) -> None:
    """Copy the source, compiled files too (they keep the start short); what npm installed is linked."""
    for path in ROOT.iterdir():
        if path.name.startswith(".") or path.name in NOT_COPIED:
            continue
        shutil.copytree(path, root / path.name) if path.is_dir() else shutil.copy2(path, root)
    (root / "node_modules").symlink_to(ROOT / "node_modules")
    (root / "var").mkdir()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition: Callable[[], object], wanted: str, *, within: float = PATIENCE) -> float:
    """Wait for a condition and return the seconds it took; fails when it takes longer than `within`."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > within:
            raise AssertionError(f"not within {within:.0f} s: {wanted}")
        time.sleep(0.05)
    return time.monotonic() - begun
