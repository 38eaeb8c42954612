"""Many people at once: runs calls in threads that start together, each on its own database connection.

A control shows the race that a guard prevents: it reads, calls `everybody_has_read`, and acts on what it read.
"""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread

from django.db import connection

_reading: list[Barrier] = []


def everybody_has_read() -> None:
    """Wait until all calls of this `at_once` have come here; for controls only."""
    _reading[-1].wait(10)


def at_once(calls: Sequence[Callable[[], object]]) -> list[object]:
    """Run the calls together; return each one's result, or the exception it raised, in their order."""
    barrier, results = Barrier(len(calls)), [None] * len(calls)
    _reading[:] = [Barrier(len(calls))]

    def run(index: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(10)
            results[index] = calls[index]()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=[index]) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
