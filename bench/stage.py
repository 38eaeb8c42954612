"""The stage of a benchmark: its database, the real web server on a free port, and a folder for files."""

import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from django.utils import timezone

from chengfeng import serving
from chengfeng.supervisor import running

from .load import Site

REAL_DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
PLACE_OF_DATABASE = ("dbname", "user", "password", "host", "port")


@dataclass(frozen=True)
class Stage:
    """What a benchmark may use; the database it finds is migrated and empty."""

    name: str

    def say(self, text: str) -> None:
        """Tell how it goes, on stderr."""
        print(f"{self.name}: {text}", file=sys.stderr, flush=True)

    def now(self) -> datetime:
        return timezone.now()

    def connect(self) -> psycopg.Connection:
        """Return a bare connection to the database that the project uses."""
        params = connection.get_connection_params()
        return psycopg.connect(**{name: params[name] for name in PLACE_OF_DATABASE if name in params})

    @contextmanager
    def web(self) -> Iterator[Site]:
        """The real web server, with its processes, for the length of a block."""
        port = _free_port()
        with running([serving.web(host=serving.HOST, port=port)]) as supervisor:
            serving.await_web(supervisor, host=serving.HOST, port=port)
            yield Site(serving.HOST, port)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A directory that is gone after the block."""
        with tempfile.TemporaryDirectory(dir=settings.PLACE) as name:
            yield Path(name)


def real_data(name: str) -> Path | None:
    """Return the folder of a real data set, or None where it is not at hand."""
    folder = REAL_DATA / name
    return folder if folder.is_dir() else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((serving.HOST, 0))
        return probe.getsockname()[1]
