"""What it takes to serve Chengfeng: the web server, the workers and the beat."""

import http.client
import logging
import os
import socket
import sys
import time
from pathlib import Path

from . import postgres
from .supervisor import Service, Supervisor, running

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PATIENCE = 60.0
WEB_WORKERS = 2
WEB_THREADS = 8
JOB_WORKERS = 2
LANES = ("webhooks",)  # as the settings name them, which are not read here: that needs a database


class PortTakenError(RuntimeError):
    """Another process listens on the port."""


def serve(*, host: str, port: int) -> None:
    """Serves until a signal or an exception ends it; raises PortTakenError before anything starts."""
    require_free(host=host, port=port)
    with running([web(host=host, port=port), *workers(port=port), beat(port=port)]) as supervisor:
        await_web(supervisor, host=host, port=port)
        print(f"Serving on http://{host}:{port} – Ctrl-C ends it", flush=True)
        supervisor.keep_alive(watch=keep_database)


def web(*, host: str, port: int, simulation: bool = False) -> Service:
    """Granian; its own master replaces killed workers."""
    return Service(
        name="web",
        command=[
            *(sys.executable, "-m", "granian", "chengfeng.wsgi:application", "--interface", "wsgi", "--http", "1"),
            *("--host", host, "--port", str(port), "--no-ws"),
            *("--workers", str(WEB_WORKERS), "--blocking-threads", str(WEB_THREADS)),
            *("--respawn-failed-workers", "--workers-kill-timeout", "10"),
            *("--working-dir", str(ROOT), "--no-access-log", "--log-level", "error"),
        ],
        environment={"PORT": str(port), "CHENGFENG_SIMULATION": str(int(simulation))}
        | ({"CHENGFENG_PROXIES": "1"} if simulation else {}),
    )


def workers(*, port: int) -> list[Service]:
    """Celery workers without a pool, one process each: some for whatever comes, and one for each lane of its own.

    The processes of a pool share a lock on its queue; when one is killed while it holds it, the others wait for ever.
    """
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    names = [f"worker-{number}" for number in range(1, JOB_WORKERS + 1)]
    queues = dict.fromkeys(names, "celery") | {lane: lane for lane in LANES}
    return [
        _celery(name, *("worker", "--pool", "solo", "--queues", queue, "--hostname", f"{name}@%h"), *quiet, port=port)
        for name, queue in queues.items()
    ]


def beat(*, port: int) -> Service:
    """Celery's beat, a process of its own so that it is revived by itself."""
    return _celery("beat", "beat", "--pidfile=", "--loglevel", "WARNING", port=port)


def _celery(name: str, *words: str, port: int) -> Service:
    python = [sys.executable, "-W", "ignore:You're running the worker with superuser privileges"]
    command = [*python, "-m", "celery", "--quiet", "--workdir", str(ROOT), "--app", "chengfeng.celery", *words]
    return Service(name=name, command=command, environment={"PORT": str(port), "CHENGFENG_SIMULATION": "0"})


def require_free(*, host: str, port: int) -> None:
    """Raises PortTakenError unless the port can be bound."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTakenError(
                f"Port {port} on {host} cannot be used ({error.strerror}); name another: PORT={port + 1}"
            ) from None


def await_web(supervisor: Supervisor, *, host: str, port: int) -> None:
    """Returns once the server answers a request; raises when it ends or takes longer than PATIENCE seconds."""
    deadline = time.monotonic() + PATIENCE
    while not _answers(host=host, port=port):
        supervisor.check()
        if time.monotonic() >= deadline:
            raise TimeoutError(f"The web server did not answer within {PATIENCE:.0f} s")
        time.sleep(0.1)


def _answers(*, host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("HEAD", "/healthz")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def keep_database() -> None:
    """Starts the project's own PostgreSQL again when it died; another's is its owner's business."""
    if not os.environ.get("DATABASE_URL") and postgres.start(ROOT):
        logging.getLogger(__name__).warning("PostgreSQL was down; it runs again")
