"""Plays one benchmark in this process: its line goes to stdout, whatever else is said goes to stderr."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from typing import TextIO

import django

from chengfeng.supervisor import end_on_signals

from .result import Result, Skipped


def main(name: str) -> None:
    end_on_signals()
    django.setup()
    from .stage import Stage

    play(import_module(f"bench.{name}").run, Stage(name))


def play(run: Callable[..., Result | Skipped], stage) -> None:
    """Run a benchmark and print the line of its result."""
    with silence() as out:
        print(run(stage).line(), file=out, flush=True)


@contextmanager
def silence() -> Iterator[TextIO]:
    """Give the real stdout, while for everybody else, processes started from here included, stdout is stderr."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(kept), "w") as out, redirect_stdout(sys.stderr):
            yield out
    finally:
        os.dup2(kept, 1)
        os.close(kept)


if __name__ == "__main__":
    main(sys.argv[1])
