"""Waking workers: much written at once wakes them once, and what is written later wakes them again."""

import time

import pytest

from chengfeng import tasks, wake
from chengfeng.models import Heartbeat

ran: list[str] = []


def run():
    ran.append("here")


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


def test_each_lane_is_woken_by_its_own_queue(settings, monkeypatch):
    settings.WAKE_WORKERS, sent = True, []
    monkeypatch.setattr(wake.current_app, "send_task", lambda name, **how: sent.append((name, how)), raising=False)
    wake.somebody("webhooks")
    await_that(lambda: sent)
    ((name, how),) = sent
    assert (name, how["args"], how["queue"]) == ("chengfeng.drive", ["webhooks"], "webhooks")


@pytest.mark.django_db
def test_a_lane_runs_what_the_settings_name_and_shows_a_sign_of_life(settings):
    settings.LANES = {"webhooks": f"{__name__}.run"}
    tasks.drive("webhooks")
    assert (ran, Heartbeat.objects.get().name) == (["here"], "webhooks")


def await_that(true, patience: float = 5):
    until = time.monotonic() + patience
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)
