"""Runs the benchmarks, or those that are named: one JSON line each on stdout, all other talk on stderr."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from chengfeng.demo import database
from chengfeng.supervisor import end_on_signals, signals_held

from . import NAMES


def main(names: Sequence[str]) -> int:
    """Return 0 when every benchmark gave its line, 1 otherwise."""
    unknown = set(names) - set(NAMES)
    if unknown:
        sys.exit(f"No such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    end_on_signals()
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    os.environ.pop("CELERY_BROKER_URL", None)
    with database():
        from . import databases

        with databases.blank() as fresh:
            return max([play(name, fresh) for name in names or NAMES])


def play(name: str, fresh) -> int:
    """Run one benchmark in a process and on a database of its own; return 0 when it gave its line."""
    begun = time.monotonic()
    with fresh(), process(name) as playing:
        status = playing.wait()
    outcome = "done" if status == 0 else f"failed with status {status}"
    print(f"{name}: {outcome} after {time.monotonic() - begun:.1f} s", file=sys.stderr, flush=True)
    return min(status, 1) if status >= 0 else 1


@contextmanager
def process(name: str) -> Iterator[subprocess.Popen[bytes]]:
    """The benchmark's process for the length of a block; it ends with us, and ends its own."""
    command = ["setpriv", "--pdeathsig=TERM", "--", sys.executable, "-m", "bench.one", name]
    playing = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        yield playing
    finally:
        with signals_held():
            if playing.poll() is None:
                playing.terminate()
            playing.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
