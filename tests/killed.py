"""Kills a process of its own at a chosen commit: what it had done until then is done, nothing else is.

`die_at` forks this process, which has everything loaded, runs a call in the child and has it end by SIGKILL right
before or right after its n-th commit. A statement outside a transaction is a commit as well.
"""

import os
import pickle
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, connections

BEFORE, AFTER = "before", "after"
READS = ("SELECT", "SHOW", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET")


class Executioner:
    """Counts the commits of a connection and ends the process at one of them."""

    def __init__(self, number: int, moment: str) -> None:
        self.number, self.moment, self.seen = number, moment, 0

    @contextmanager
    def around(self) -> Iterator[None]:
        self.seen += 1
        self._strike(BEFORE)
        yield
        self._strike(AFTER)

    def _strike(self, moment: str) -> None:
        if (self.seen, moment) == (self.number, self.moment):
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(self, execute: Callable, sql: str, params: object, many: bool, context: dict) -> object:
        if connection.in_atomic_block or str(sql).lstrip().upper().startswith(READS):
            return execute(sql, params, many, context)
        with self.around():
            return execute(sql, params, many, context)

    def watch(self) -> None:
        commit = connection._commit

        def counted() -> None:
            with self.around():
                commit()

        connection._commit = counted
        connection.execute_wrappers.append(self.statement)


def die_at(number: int, moment: str, call: Callable[[], object]) -> tuple[bool, object]:
    """Run a call in a child that dies at its commit of that number; return whether it died, or what the call returned.

    A child that fails instead has its complaint raised here.
    """
    connections.close_all()
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        _live(Executioner(number, moment), call, write)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True, None
    is_well, result = pickle.loads(told)
    assert is_well, result
    return False, result


def _live(executioner: Executioner, call: Callable[[], object], write: int) -> None:
    """The child's life; it never returns."""
    try:
        connection.ensure_connection()
        executioner.watch()
        told = (True, call())
    except BaseException:
        told = (False, traceback.format_exc())
    os.write(write, pickle.dumps(told))
    os._exit(0)


def every_death(begin: Callable[[], Callable[[], object]]) -> Iterator[tuple[Callable[[], object], object]]:
    """Kill what `begin` sets up at each of its commits, before and after, until it lives.

    Yield each time the call, to be repeated, and what it returned: None where it died. The one that lives is the last.
    """
    number, moment = 1, BEFORE
    while True:
        call = begin()
        died, result = die_at(number, moment, call)
        yield call, result
        if not died:
            return
        number, moment = (number, AFTER) if moment == BEFORE else (number + 1, BEFORE)
