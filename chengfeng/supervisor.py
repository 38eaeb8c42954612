"""Keeps processes alive: starts them, restarts the dead, ends them all when asked to."""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType

logger = logging.getLogger(__name__)

TICK = 0.25
WATCH_EVERY = 2.0
RESTART_AFTER = 1.0
GRACE = 15.0


@dataclass(frozen=True, kw_only=True)
class Service:
    """A process to keep alive: its command, and what its environment has beyond the caller's."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


class Supervisor:
    """The processes of some services, one each; every process leads a group of its own.

    A group dies with its leader, so no orphan keeps the port or a task; and a leader gets SIGTERM
    when the supervisor itself is killed.
    """

    def __init__(self, services: Sequence[Service]) -> None:
        self.services = services
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.due: dict[str, float] = {}

    def start(self) -> None:
        for service in self.services:
            self._spawn(service)

    def keep_alive(self, *, watch: Callable[[], object]) -> None:
        """Restarts what dies, and calls `watch` every WATCH_EVERY seconds, until an exception ends it."""
        watched_at = time.monotonic()
        while True:
            time.sleep(TICK)
            for service in self.services:
                self._revive(service)
            if time.monotonic() - watched_at >= WATCH_EVERY:
                _attempt(watch)
                watched_at = time.monotonic()

    def check(self) -> None:
        """Raises ServiceEndedError when one of the processes has ended."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise ServiceEndedError(f"{name} ended with status {process.returncode}")

    def stop(self) -> None:
        """SIGTERM to all, SIGKILL to the groups of those that need more than GRACE seconds."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + GRACE
        for process in self.processes.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.0, deadline - time.monotonic()))
            _kill_group(process)
        self.processes.clear()

    def _spawn(self, service: Service) -> None:
        self.processes[service.name] = subprocess.Popen(
            ["setpriv", "--pdeathsig=TERM", "--", *service.command],
            env={**os.environ, **service.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _revive(self, service: Service) -> None:
        """Buries a dead process with its group, and starts the next one RESTART_AFTER seconds later."""
        process = self.processes[service.name]
        if process.poll() is None:
            return
        if service.name not in self.due:
            logger.warning("%s ended with status %s; starting it again", service.name, process.returncode)
            _kill_group(process)
            self.due[service.name] = time.monotonic() + RESTART_AFTER
        elif time.monotonic() >= self.due[service.name]:
            del self.due[service.name]
            self._spawn(service)


class ServiceEndedError(RuntimeError):
    """A process that should be alive has ended."""


@contextmanager
def running(services: Sequence[Service]) -> Iterator[Supervisor]:
    """The services' processes for the length of a block; signals do not disturb their ending."""
    supervisor = Supervisor(services)
    try:
        supervisor.start()
        yield supervisor
    finally:
        with signals_held():
            supervisor.stop()


def end_on_signals() -> None:
    """From now on SIGTERM, SIGHUP and SIGINT end this process through its `finally` blocks."""

    def end(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0 if number == signal.SIGINT else 128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, end)


@contextmanager
def signals_held() -> Iterator[None]:
    """Ignores the ending signals for the length of a block, which is itself an ending."""
    held = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _attempt(watch: Callable[[], object]) -> None:
    try:
        watch()
    except Exception:
        logger.exception("the watch failed; it is tried again")
