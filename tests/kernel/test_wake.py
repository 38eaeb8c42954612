"""Waking workers: much written at once wakes them once, and what is written later wakes them again."""

import time

from chengfeng import wake


def test_many_wishes_are_few_wake_ups_and_none_is_forgotten(settings, monkeypatch):
    settings.WAKE_WORKERS, sent = True, []
    monkeypatch.setattr(wake.current_app, "send_task", lambda *a, **k: sent.append(a), raising=False)
    for _ in range(200):
        wake.somebody()
    await_that(lambda: sent)
    before = len(sent)
    wake.somebody()
    await_that(lambda: len(sent) > before)
    assert len(sent) <= 4


def await_that(true, patience: float = 5):
    until = time.monotonic() + patience
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)
