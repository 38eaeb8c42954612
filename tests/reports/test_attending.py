"""Work in a thread of its own is reported on, called off, and fails where it was asked for."""

import time
from threading import Event

import pytest

from chengfeng.jobs import Cancelled
from reports.attending import attended


def test_the_result_comes_back_and_beats_come_meanwhile():
    beats = []
    result = attended(lambda: time.sleep(0.05) or 7, beat=lambda: beats.append(1), stop=beats.clear, every=0.01)
    assert (result, len(beats) > 1) == (7, True)


def test_what_the_work_raises_is_raised():
    def work() -> None:
        raise TimeoutError("of the work itself")

    with pytest.raises(TimeoutError, match="of the work itself"):
        attended(work, beat=lambda: None, stop=lambda: None, every=0.01)


def test_work_that_is_called_off_has_ended_when_that_is_raised():
    stopped, ended = Event(), Event()

    def work() -> None:
        stopped.wait(5)
        ended.set()

    def beat() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        attended(work, beat=beat, stop=stopped.set, every=0.01)
    assert ended.is_set()
