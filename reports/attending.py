"""Long work in a thread of its own, while this one reports on it: a lease is renewed, and it can be called off."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

Result = TypeVar("Result")
EVERY = 5.0  # seconds


def attended(
    work: Callable[[], Result], *, beat: Callable[[], None], stop: Callable[[], None], every: float = EVERY
) -> Result:
    """Return what `work` returns, or raise what it raises; meanwhile call `beat` every few seconds.

    Where `beat` raises, `stop` is called – it must make the work end soon –, the end is awaited, and that is raised.
    The work must not use the database connection of this thread.
    """
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        while not wait([future], timeout=every).done:
            try:
                beat()
            except BaseException:
                stop()
                wait([future])
                raise
        return future.result()
